import ApusAgent
import ApusMetrics
import ApusSegment
import CLinux
import Foundation
import Glibc
import Testing

/// The report socket against clients that do it wrong.
@Suite struct ReportTests {
    /// Sends one message with a descriptor and returns the agent's answer.
    private func report(_ path: String, _ message: [UInt8], descriptor: Int32) throws -> Reply? {
        let socket = apus_seqpacket_socket(0)
        defer { close(socket) }
        try #require(apus_unix_connect(socket, path) == 0)
        try #require(apus_send_with_descriptor(socket, message, message.count, descriptor) == message.count)
        var buffer = [UInt8](repeating: 0, count: 2048)
        let count = recv(socket, &buffer, buffer.count, 0)
        return count > 0 ? Reply(bytes: buffer[..<count]) : nil
    }

    private func refusals(_ agent: RunningAgent, _ reason: String) async throws -> String? {
        try await agent.get("/metrics").samples["apus_agent_reports_refused_total{reason=\"\(reason)\"}"]
    }

    @Test func `a message that is no hello is refused with the reason and counted`() async throws {
        try await RunningAgent.with { agent in
            let writer = try SegmentWriter()
            #expect(
                try report(agent.socketPath, Array("hello\n".utf8), descriptor: writer.descriptor)
                    == .refused("the message is not one of protocol «apus-report 1»"))
            #expect(try await refusals(agent, "hello") == "1")
        }
    }

    @Test func `a hello without a segment, or with another kind of descriptor, is refused`() async throws {
        try await RunningAgent.with { agent in
            let hello = try Hello(service: "worker", instance: "worker-1").bytes
            #expect(try report(agent.socketPath, hello, descriptor: -1) == .refused("no descriptor came with the message"))
            let file = open("/proc/self/stat", O_RDONLY)
            defer { close(file) }
            guard case .refused(let reason) = try report(agent.socketPath, hello, descriptor: file) else {
                Issue.record("not refused")
                return
            }
            #expect(reason.contains("sealed"))
            #expect(try await refusals(agent, "segment") == "2")
            #expect(try await agent.up("worker", "worker-1") == nil)
        }
    }

    @Test func `a segment that turns bad is refused from then on, what was good is served, and the agent lives`() async throws {
        try await RunningAgent.with { agent in
            let writer = try SegmentWriter()
            let family = MetricFamily(name: "jobs_total", kind: .counter, help: "x")
            writer.series(family, labels: [], form: .integer).add(UInt64(5))
            let socket = apus_seqpacket_socket(0)
            defer { close(socket) }
            try #require(apus_unix_connect(socket, agent.socketPath) == 0)
            let hello = try Hello(service: "worker", instance: "worker-1").bytes
            try #require(apus_send_with_descriptor(socket, hello, hello.count, writer.descriptor) == hello.count)
            try await agent.until { try await agent.up("worker", "worker-1") == "1" }
            // The count of entries runs away.
            let base = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, writer.descriptor, 0)
            base?.storeBytes(of: UInt64.max, toByteOffset: SegmentLayout.Header.committed, as: UInt64.self)
            try await agent.until { try await refusals(agent, "content") == "1" }
            let samples = try await agent.get("/metrics").samples
            #expect(samples[#"jobs_total{service="worker",instance="worker-1"}"#] == "5")
            #expect(try await refusals(agent, "content") == "1")
            munmap(base, 4096)
        }
    }

    @Test func `instances past the limit are refused`() async throws {
        try await RunningAgent.with {
            $0.instanceLimit = 1
        } _: { agent in
            try await agent.reporting("worker", "worker-1") { _ in
                let writer = try SegmentWriter()
                let hello = try Hello(service: "worker", instance: "worker-2").bytes
                guard case .refused(let reason) = try report(agent.socketPath, hello, descriptor: writer.descriptor) else {
                    Issue.record("not refused")
                    return
                }
                #expect(reason.contains("knows 1 instances"))
            }
        }
    }

    @Test func `a second agent on the same socket is refused, a stale socket is replaced`() async throws {
        let path = RunningAgent.temporarySocket()
        try await RunningAgent.with(socketPath: path) { _ in
            let error = await #expect(throws: AgentError.self) { try await RunningAgent.with(socketPath: path) { _ in } }
            #expect(error?.description.contains("another agent answers") == true)
        }
        // As a killed agent leaves it.
        let stale = apus_seqpacket_socket(0)
        try #require(apus_unix_bind(stale, path) == 0)
        close(stale)
        try await RunningAgent.with(socketPath: path) { agent in
            let page = try await agent.get("/health/live")
            #expect(page.status == 200)
        }
    }

    @Test func `a file in the way of the socket is left alone`() async throws {
        let path = RunningAgent.temporarySocket()
        try Data("precious".utf8).write(to: URL(filePath: path))
        defer { unlink(path) }
        await #expect(throws: AgentError.self) { try await RunningAgent.with(socketPath: path) { _ in } }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
    }

    @Test func `ten thousand connections that say nothing do not keep a service from reporting`() async throws {
        try await RunningAgent.with { agent in
            var sockets: [Int32] = []
            defer { for socket in sockets { close(socket) } }
            for _ in 0..<10_000 {
                let socket = apus_seqpacket_socket(0)
                sockets.append(socket)
                try #require(apus_unix_connect(socket, agent.socketPath) == 0)
            }
            try await agent.reporting("worker", "worker-1") { _ in }
        }
    }
}
