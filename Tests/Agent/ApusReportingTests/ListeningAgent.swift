import ApusSegment
import CLinux
import Glibc
import HostTesting
import SegmentTesting

/// The agent's end of the report socket: takes one hello at a time and answers it.
final class ListeningAgent: @unchecked Sendable {
    // Unchecked: a test drives it from one task at a time.
    let path: String
    private let listener: Int32
    private var open: [Int32] = []
    private var isDead = false

    struct Failure: Error, CustomStringConvertible {
        let description: String
        init(_ call: String) { description = "\(call): \(String(cString: strerror(errno)))" }
    }

    struct Report {
        let hello: Hello
        let pid: pid_t
        let reader: SegmentContents
    }

    init(path: String) throws {
        self.path = path
        listener = apus_seqpacket_socket(0)
        guard apus_unix_bind(listener, path) == 0, listen(listener, 8) == 0 else { throw Failure("bind") }
    }

    deinit { stop() }

    /// Waits at most thirty seconds for a process that reports, without holding the thread that the process may need.
    func accept(_ reply: Reply = .accepted) async throws -> Report {
        try await eventually("a process reports") {
            var poll = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
            return Glibc.poll(&poll, 1, 0) == 1
        }
        let socket = Glibc.accept(listener, nil, nil)
        guard socket >= 0 else { throw Failure("accept") }
        open.append(socket)
        var buffer = [UInt8](repeating: 0, count: Hello.longest)
        var descriptors = [Int32](repeating: -1, count: Int(APUS_MOST_DESCRIPTORS))
        var received = 0
        var ready = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard Glibc.poll(&ready, 1, 30_000) == 1 else { throw Failure("poll") }
        let count = apus_receive_with_descriptors(socket, &buffer, buffer.count, &descriptors, &received)
        guard count > 0, let descriptor = descriptors.prefix(received).first else { throw Failure("receive") }
        defer { for descriptor in descriptors.prefix(received) { close(descriptor) } }
        var pid: pid_t = 0
        var uid: uid_t = 0
        var gid: gid_t = 0
        guard apus_peer_credentials(socket, &pid, &uid, &gid) == 0 else { throw Failure("credentials") }
        let report = Report(
            hello: try Hello(bytes: buffer[..<count]), pid: pid, reader: try SegmentContents(descriptor: descriptor))
        _ = apus_send_with_descriptor(socket, reply.bytes, reply.bytes.count, -1)
        if case .refused = reply { close(open.removeLast()) }
        return report
    }

    /// Ends as a killed agent does: all its descriptors are closed; the socket's file stays.
    func die() {
        guard !isDead else { return }
        isDead = true
        for socket in open { close(socket) }
        open = []
        close(listener)
    }

    func stop() {
        die()
        unlink(path)
    }
}
