import CLinux
import Glibc

/// Tells the service manager how the service is, by the protocol of sd_notify(3).
///
/// ```swift
/// let notifier = ServiceNotifier()  // nil when no manager asked
/// try notifier?.send([.ready, .status("watching 12 instances")])
/// ```
package struct ServiceNotifier: Sendable {
    /// The path of the manager's socket, or an abstract name after `@`.
    package let socket: String
    /// How long a full queue of the manager is waited for.
    private let patience: Duration

    /// - Parameter socket: as `NOTIFY_SOCKET` of the environment has it.
    /// - Returns: nil when there is none, which is not an error: nobody asked.
    package init?(
        socket: String? = getenv("NOTIFY_SOCKET").map { String(cString: $0) }, patience: Duration = .seconds(1)
    ) {
        guard let socket, let first = socket.first, first == "/" || first == "@" else { return nil }
        self.socket = socket
        self.patience = patience
    }

    /// Sends states as one message, which the manager takes as a whole.
    ///
    /// - Parameters:
    ///   - descriptors: at most 16, for `.storeDescriptors`; the manager gets copies.
    ///   - patience: how long a full queue of the manager is waited for, zero for not at all; nil: as long as the notifier has it.
    /// - Throws: ``NotifyError/timedOut(socket:)`` when the queue stayed full.
    package func send(
        _ states: [NotifyState], descriptors: [Int32] = [], within patience: Duration? = nil
    ) throws(NotifyError) {
        try send(text: states.map(\.text).joined(separator: "\n"), descriptors: descriptors, within: patience)
    }

    /// Announces that a reload has begun, now; `.ready` ends it.
    package func sendReloading() throws(NotifyError) {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        try send([.reloading(monotonicMicroseconds: UInt64(now.tv_sec) * 1_000_000 + UInt64(now.tv_nsec) / 1000)])
    }

    /// Waits until the manager has worked off all that was sent before (sd_notify_barrier(3)): before a process ends that is not
    /// the service's main process, or its messages may not be attributed to the unit.
    ///
    /// Blocks the calling thread.
    ///
    /// - Throws: ``NotifyError/timedOut(socket:)`` after the time.
    package func barrier(within limit: Duration) throws(NotifyError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .cannotReach(socket: socket, errno: errno) }
        let (readEnd, writeEnd) = (ends[0], ends[1])
        defer { close(readEnd) }
        do throws(NotifyError) {
            try send(text: "BARRIER=1", descriptors: [writeEnd])
        } catch {
            close(writeEnd)
            throw error
        }
        // The manager holds the only write end now; its closing it is the answer.
        close(writeEnd)
        guard Self.wait(readEnd, for: 0, within: limit) else { throw .timedOut(socket: socket) }
    }

    private func send(text: String, descriptors: [Int32], within patience: Duration? = nil) throws(NotifyError) {
        let descriptor = apus_datagram_socket()
        guard descriptor >= 0 else { throw .cannotReach(socket: socket, errno: errno) }
        defer { close(descriptor) }
        guard apus_datagram_connect(descriptor, socket) == 0 else { throw .cannotReach(socket: socket, errno: errno) }
        let bytes = Array(text.utf8)
        let deadline = ContinuousClock.now + (patience ?? self.patience)
        while apus_datagram_send(descriptor, bytes, bytes.count, descriptors, descriptors.count) != 0 {
            // Too many descriptors on their way (unix(7)): the manager has not read those of before.
            // The kernel lets so many descriptors wait unread and no more (unix(7)); nothing tells when there is room.
            if errno == ETOOMANYREFS { throw .timedOut(socket: socket) }
            guard errno == EAGAIN else { throw .cannotReach(socket: socket, errno: errno) }
            guard Self.wait(descriptor, for: Int16(POLLOUT), within: deadline - ContinuousClock.now) else {
                throw .timedOut(socket: socket)
            }
        }
    }

    /// Whether the descriptor had the event, or was hung up, within the time.
    private static func wait(_ descriptor: Int32, for events: Int16, within limit: Duration) -> Bool {
        let deadline = ContinuousClock.now + limit
        while true {
            let left = (deadline - ContinuousClock.now) / .milliseconds(1)
            guard left > 0 else { return false }
            var ready = pollfd(fd: descriptor, events: events, revents: 0)
            if poll(&ready, 1, Int32(min(left.rounded(.up), 60_000))) > 0 { return true }
        }
    }
}
