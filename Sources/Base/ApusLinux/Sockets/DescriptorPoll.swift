import CLinux
import Glibc

/// Waits until one of many descriptors is readable or hung up (epoll(7)).
package struct DescriptorPoll: ~Copyable {
    private let descriptor: Int32
    private var events = [epoll_event](repeating: epoll_event(), count: 64)

    /// - Throws: when the process has no descriptor left for it.
    package init() throws(SocketFailure) {
        let descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw SocketFailure(code: errno) }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Whether it is waited for from here on; one that is closed leaves by itself.
    @discardableResult
    package borrowing func add(_ other: Int32) -> Bool {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.fd = other
        return epoll_ctl(descriptor, EPOLL_CTL_ADD, other, &event) == 0
    }

    package borrowing func remove(_ other: Int32) { epoll_ctl(descriptor, EPOLL_CTL_DEL, other, nil) }

    /// - Returns: up to 64 descriptors that are ready; none when the time is up.
    package mutating func wait(milliseconds: Int32) -> [Int32] {
        let count = epoll_wait(descriptor, &events, Int32(events.count), milliseconds)
        return events.prefix(Int(max(0, count))).map(\.data.fd)
    }
}
