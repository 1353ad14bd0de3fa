import Glibc

/// The tie of a child to the process that started it: standard input is a pipe whose other end only the parent holds, so that its
/// end of file says that the parent is gone, however it went.
package enum Lifeline {
    /// Watches standard input on a thread of its own, which a busy or hung process cannot hold up: at end of file the process
    /// stops as by SIGTERM, and is ended after the grace whatever hangs.
    ///
    /// - Parameter stopGrace: how long a stop may take once the parent is gone, in whole seconds, rounded up.
    package static func watch(stopGrace: Duration) {
        let seconds = UInt32(clamping: stopGrace.components.seconds + (stopGrace.components.attoseconds > 0 ? 1 : 0))
        let thread = DetachedThread(name: "apus-lifeline") {
            var byte: UInt8 = 0
            // A parent never writes; what arrives all the same is read and ignored.
            while true {
                let count = read(STDIN_FILENO, &byte, 1)
                if count == 0 || (count < 0 && errno != EINTR) { break }
            }
            kill(getpid(), SIGTERM)
            sleep(seconds)
            _exit(1)
        }
        // Without the thread the tie is not there: better no child than one that may outlive its parent.
        if !thread.start() { _exit(1) }
    }
}
