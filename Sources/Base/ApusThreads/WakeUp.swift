import CLinux
import Glibc
import Synchronization

/// A signal that ends a thread's wait in poll(2) or epoll_wait(2), and that stays raised: an eventfd(2) and a flag.
///
/// ```swift
/// while !wake.wait(for: socket, atMost: .seconds(5)) { readWhatIsThere() }
/// ```
package final class WakeUp: Sendable {
    /// The readable end for a poll of the caller's own: readable from ``raise()`` on. -1 where the process had no descriptor left.
    package let descriptor: Int32
    private let raised = Atomic<Bool>(false)

    /// How long a wait lasts that no descriptor can end, before it looks at the flag again.
    private static let blindWait = Duration.milliseconds(500)

    package convenience init() { self.init(descriptor: apus_eventfd()) }

    /// - Parameter descriptor: an eventfd, which this object closes; -1 for none.
    package init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Whether ``raise()`` was called.
    package var isRaised: Bool { raised.load(ordering: .acquiring) }

    /// Ends the waits under way and all that come; may be called from any thread, and more than once.
    package func raise() {
        raised.store(true, ordering: .releasing)
        if descriptor >= 0 { apus_eventfd_raise(descriptor) }
    }

    /// Blocks the calling thread until ``raise()`` is called, the other descriptor is readable or hung up, or the time is up; a
    /// signal handler may end the wait early.
    ///
    /// - Parameters:
    ///   - other: a descriptor to be waited for as well; `nil` for none.
    ///   - limit: the longest wait, rounded up to milliseconds of CLOCK_MONOTONIC, which stands still while the machine is suspended.
    /// - Returns: ``isRaised``.
    @discardableResult
    package func wait(for other: Int32? = nil, atMost limit: Duration) -> Bool {
        if isRaised { return true }
        let limit = descriptor < 0 ? min(limit, Self.blindWait) : limit
        let milliseconds = max(0, (limit / .milliseconds(1)).rounded(.up))
        // poll(2) passes over negative descriptors.
        var polled = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: other ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        _ = poll(&polled, nfds_t(polled.count), Int32(min(milliseconds, Double(Int32.max))))
        return isRaised
    }
}
