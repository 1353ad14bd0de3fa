import CLinux
import Glibc

/// A stop flag that a thread waits for between the turns of its work: an eventfd and poll(2).
package final class WakeUp: Sendable {
    private let descriptor = apus_eventfd()

    package init() {}

    deinit { if descriptor >= 0 { close(descriptor) } }

    package func stop() { apus_eventfd_raise(descriptor) }

    /// Whether ``stop()`` was called, after at most a second. The second is one of CLOCK_MONOTONIC: a suspended machine has none.
    package func waitASecond() -> Bool {
        guard descriptor >= 0 else {
            sleep(1)
            return false
        }
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&poll, 1, 1000) > 0
    }
}
