import CLinux
import Glibc

/// A thread of its own for work that blocks in the kernel, which must not hold a thread of the cooperative pool.
package struct DetachedThread: Sendable {
    private let name: String
    private let body: @Sendable () -> Void

    /// - Parameter name: at most 15 bytes, for top and gdb.
    package init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }

    private final class Start: Sendable {
        let thread: DetachedThread
        init(_ thread: DetachedThread) { self.thread = thread }
    }

    /// Whether the system granted the thread.
    package func start() -> Bool {
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(Start(self))
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                // Takes over the one retain of `passRetained` above.
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                apus_name_thread(start.thread.name)
                start.thread.body()
                return nil
            }, argument.toOpaque())
        guard code == 0 else {
            argument.release()
            return false
        }
        pthread_detach(thread)
        return true
    }
}
