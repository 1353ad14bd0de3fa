import AgentMetrics
import ApusAgent
import ApusSegment
import CLinux
import Glibc
import HostTesting
import Testing

/// Descriptors that come with reports, and those that the agent has not.
@Suite(.serialized) struct ReportDescriptorTests {
    private func pair() throws -> (Int32, Int32) {
        var ends: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &ends) == 0)
        return (ends[0], ends[1])
    }

    /// A connection that close(2) waits half a minute for: it lingers, and its data is not read.
    private func lingering() throws -> (socket: Int32, peers: [Int32]) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let isConnected = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 1) == 0 && getsockname(listener, $0, &size) == 0
                    && connect(client, $0, size) == 0
            }
        }
        try #require(isConnected)
        var stay = linger(l_onoff: 1, l_linger: 30)
        setsockopt(client, SOL_SOCKET, SO_LINGER, &stay, socklen_t(MemoryLayout<linger>.size))
        _ = fcntl(client, F_SETFL, O_NONBLOCK)
        let bytes = [UInt8](repeating: 1, count: 1 << 20)
        while send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL)) > 0 {}
        return (client, [listener])
    }

    @Test func `a message whose descriptors do not fit is told from one that is too long`() throws {
        let (one, other) = try pair()
        let file = apus_memfd_create("x")
        defer { for descriptor in [one, other, file] { close(descriptor) } }
        try #require(apus_send_with_descriptor(one, "hello", 5, file) == 5)
        var before = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &before)
        // No number is free below this one.
        let next = dup(one)
        close(next)
        var none = rlimit(rlim_cur: rlim_t(next), rlim_max: before.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &none)
        let message = ReportMessage.receive(from: other)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &before)
        guard case .refused(let refusal, let descriptors) = message else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.reason == .descriptors && descriptors.isEmpty)
        #expect(refusal.message.contains("no descriptor left"))
        let long = [UInt8](repeating: 0, count: Hello.longest + 1)
        try #require(apus_send_with_descriptor(one, long, long.count, file) == long.count)
        guard case .refused(let refusal, let descriptors) = ReportMessage.receive(from: other) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.reason == .hello && refusal.message == "the message is longer than 4096 bytes")
        #expect(descriptors.count == 1)
        for descriptor in descriptors { close(descriptor) }
    }

    @Test func `descriptors that come with an empty message are closed`() async throws {
        let (one, other) = try pair()
        let file = apus_memfd_create("x")
        defer { for descriptor in [one, other, file] { close(descriptor) } }
        try #require(apus_send_with_descriptor(one, "", 0, file) == 0)
        guard case .refused(let refusal, let descriptors) = ReportMessage.receive(from: other) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.reason == .hello && descriptors.count == 1)
        for descriptor in descriptors { close(descriptor) }
        shutdown(one, Int32(SHUT_RDWR))
        guard case .end = ReportMessage.receive(from: other) else {
            Issue.record("not the end")
            return
        }
    }

    @Test func `a descriptor that is slow to close holds up neither another reporter nor the agent's stop`() async throws {
        let start = ContinuousClock.now
        try await RunningAgent.with { agent in
            let hello = try Hello(service: "slow", instance: "slow-1").bytes
            for _ in 0..<4 {
                let socket = apus_seqpacket_socket(0)
                defer { close(socket) }
                let (slow, peers) = try lingering()
                try #require(apus_unix_connect(socket, agent.socketPath) == 0)
                try #require(apus_send_with_descriptor(socket, hello, hello.count, slow) == hello.count)
                // Queued, and never received: closed with the connection.
                _ = apus_send_with_descriptor(socket, hello, hello.count, slow)
                close(slow)
                var buffer = [UInt8](repeating: 0, count: 1024)
                let count = recv(socket, &buffer, buffer.count, 0)
                guard count > 0, case .refused(let reason) = Reply(bytes: buffer[..<count]) else {
                    Issue.record("not refused")
                    return
                }
                #expect(reason.contains("sealed"))
                _ = peers
            }
            try await agent.reporting("worker", "worker-1") { _ in }
        }
        #expect(ContinuousClock.now - start < .seconds(15))
    }

    @Test func `what waits to be closed is closed, and one user's waits for no other's`() async throws {
        let disposal = DescriptorDisposal()
        var ends: [Int32] = []
        for user in 0..<20 as Range<UInt32> {
            let (one, other) = try pair()
            ends.append(one)
            disposal.close([other], sentBy: user)
        }
        defer { for end in ends { close(end) } }
        try await eventually("all are closed") {
            ends.allSatisfy { end in
                var poll = pollfd(fd: end, events: Int16(POLLIN), revents: 0)
                return Glibc.poll(&poll, 1, 0) == 1
            }
        }
    }
}
