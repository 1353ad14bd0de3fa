import AgentMetrics
import ApusAgent
import ApusSegment
import ApusLimits
import ApusMetrics
import CLinux
import Foundation
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
        guard case .intolerable(let refusal, descriptor: nil) = message else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.reason == .descriptors)
        #expect(refusal.message.contains("no descriptor left"))
        try #require(apus_drop_message(other) >= 0)
        let long = [UInt8](repeating: 0, count: Hello.longest + 1)
        try #require(apus_send_with_descriptor(one, long, long.count, file) == long.count)
        guard case .refused(let refusal, let descriptor?) = ReportMessage.receive(from: other) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.reason == .hello && refusal.message == "the message is longer than 4096 bytes")
        close(descriptor)
    }

    /// Sends one message with several copies of a descriptor.
    private func sendAll(_ text: String, _ descriptors: [Int32], over socket: Int32) -> Int {
        var bytes = Array(text.utf8)
        let header = MemoryLayout<cmsghdr>.size
        var control = [UInt8](repeating: 0, count: header + (descriptors.count * 4 + 7) / 8 * 8)
        return control.withUnsafeMutableBytes { control in
            var head = cmsghdr()
            head.cmsg_len = header + descriptors.count * 4
            head.cmsg_level = SOL_SOCKET
            // SCM_RIGHTS.
            head.cmsg_type = 1
            control.storeBytes(of: head, as: cmsghdr.self)
            for (place, one) in descriptors.enumerated() {
                control.storeBytes(of: one, toByteOffset: header + place * 4, as: Int32.self)
            }
            return bytes.withUnsafeMutableBytes { bytes in
                var part = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
                return withUnsafeMutablePointer(to: &part) { part in
                    var message = msghdr()
                    message.msg_iov = part
                    message.msg_iovlen = 1
                    message.msg_control = control.baseAddress
                    message.msg_controllen = control.count
                    return sendmsg(socket, &message, Int32(MSG_NOSIGNAL))
                }
            }
        }
    }

    private var openFiles: Int { (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0 }

    @Test func `of a message with many descriptors one is taken, and its connection is refused`() throws {
        let (one, other) = try pair()
        defer { for descriptor in [one, other] { close(descriptor) } }
        try #require(sendAll("hello", Array(repeating: one, count: 253), over: one) == 5)
        let before = openFiles
        guard case .intolerable(let refusal, let descriptor?) = ReportMessage.receive(from: other) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.message.contains("more than one descriptor"))
        #expect(openFiles <= before + 20)
        close(descriptor)
    }

    /// Has as many users as there are threads send what closes slowly; returns the ends that are to be closed.
    private func holdUpAllThreads(of disposal: DescriptorDisposal) throws -> [Int32] {
        var peers: [Int32] = []
        for uid in 0..<UInt32(ReportLimits.closers.value) {
            let (slow, ends) = try lingering()
            peers += ends
            let (middle, middleEnd) = try pair()
            let (outer, outerEnd) = try pair()
            try #require(apus_send_with_descriptor(middleEnd, "x", 1, slow) == 1)
            try #require(apus_send_with_descriptor(outerEnd, "x", 1, middle) == 1)
            for descriptor in [slow, middle, middleEnd, outerEnd] { close(descriptor) }
            disposal.close([outer], sentBy: uid)
        }
        return peers
    }

    @Test func `a connection that holds nothing is closed at once, however many users' descriptors close slowly`() async throws
    {
        let disposal = DescriptorDisposal()
        var peers = try holdUpAllThreads(of: disposal)
        defer { for peer in peers { close(peer) } }
        let (one, other) = try pair()
        let (file, holding) = try pair()
        defer { for descriptor in [one, file] { close(descriptor) } }
        // A message without bytes, of which no length tells.
        try #require(apus_send_with_descriptor(file, "", 0, one) == 0)
        disposal.close(connection: other, of: 1000)
        disposal.close(connection: holding, of: 1001)
        #expect(fcntl(other, F_GETFD) == -1)
        #expect(fcntl(holding, F_GETFD) >= 0)
        for peer in peers { close(peer) }
        peers = []
        try await eventually("the one that holds something is closed") { fcntl(holding, F_GETFD) == -1 }
    }

    @Test func `what a user sends is read no further while too much of it waits to be closed`() async throws {
        try await RunningAgent.with { agent in
            try await agent.reporting("worker", "worker-1") { _ in
                // A socket in a socket in a socket: close(2) of the outer one waits for the inner one, which lingers.
                let (slow, peers) = try lingering()
                let (middle, middleEnd) = try pair()
                let (outer, outerEnd) = try pair()
                try #require(apus_send_with_descriptor(middleEnd, "x", 1, slow) == 1)
                try #require(apus_send_with_descriptor(outerEnd, "x", 1, middle) == 1)
                let segment = try SegmentWriter(seriesLimit: 8, drops: ServiceState.droppedFamilySeries.family)
                let socket = apus_seqpacket_socket(0)
                defer { close(socket) }
                let hello = try Hello(service: "slow", instance: "slow-1").bytes
                try #require(apus_unix_connect(socket, agent.socketPath) == 0)
                try #require(apus_send_with_descriptor(socket, hello, hello.count, segment.descriptor) == hello.count)
                try #require(apus_send_with_descriptor(socket, "x", 1, outer) == 1)
                for descriptor in [slow, middle, middleEnd, outer, outerEnd] { close(descriptor) }
                _ = fcntl(socket, F_SETFL, O_NONBLOCK)
                let before = openFiles
                var most = 0
                for _ in 0..<100 {
                    for _ in 0..<10 { _ = apus_send_with_descriptor(socket, "x", 1, segment.descriptor) }
                    try await Task.sleep(for: .milliseconds(5))
                    most = max(most, openFiles)
                }
                #expect(most - before <= ReportLimits.pendingCloses.value + 40)
                // Others are served meanwhile.
                #expect(try await agent.up("worker", "worker-1") == "1")
                for peer in peers { close(peer) }
            }
        }
    }

    @Test func `an empty message that brings a descriptor is no end of its connection`() async throws {
        let (one, other) = try pair()
        let file = apus_memfd_create("x")
        defer { for descriptor in [one, other, file] { close(descriptor) } }
        try #require(apus_send_with_descriptor(one, "", 0, file) == 0)
        guard case .intolerable(let refusal, let descriptor?) = ReportMessage.receive(from: other) else {
            Issue.record("not refused")
            return
        }
        close(descriptor)
        #expect(refusal.reason == .hello)
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

    @Test func `shared memory is closed at once, however many users' descriptors close slowly`() throws {
        let disposal = DescriptorDisposal()
        let ends = try holdUpAllThreads(of: disposal)
        defer { for end in ends { close(end) } }
        for _ in 0..<200 {
            let writer = try SegmentWriter()
            let copy = fcntl(writer.descriptor, F_DUPFD_CLOEXEC, 0)
            disposal.close([copy], sentBy: 1000)
            #expect(fcntl(copy, F_GETFD) == -1 || disposal.pending(of: 1000) == 0)
        }
        #expect(disposal.pending(of: 1000) == 0)
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
