import Foundation
import Glibc
import HostTesting
import Testing

/// An agent that has fewer descriptors than clients.
@Suite(.timeLimit(.minutes(3))) struct AgentDescriptorsTests {
    private static func connected(_ port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(code == 0)
        return descriptor
    }

    private static func status(of path: String, _ port: Int) throws -> String {
        try Command.run(
            "curl", ["-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "5", "http://127.0.0.1:\(port)\(path)"]
        ).output
    }

    /// Ticks of the processor, 100 a second.
    private static func ticks(of pid: Int32) throws -> Int {
        let fields =
            try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8).split(separator: ")").last?
            .split(separator: " ") ?? []
        return (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0)
    }

    @Test func `without a free descriptor scrapes are answered, and the agent does not spin`() async throws {
        let folder = try TemporaryFolder()
        let port = try LoopbackPort.free()
        let agent = try RunningProgram(
            "prlimit",
            [
                "--nofile=56:56", Executables.agent, "--listen", "127.0.0.1:\(port)", "--socket", folder.path("agent.sock"),
                "--journal", "off",
            ])
        try await eventually("the agent's start") { try Self.status(of: "/health/live", port) == "200" }
        let idle = try (0..<100).map { _ in try Self.connected(port) }
        defer { for socket in idle { close(socket) } }
        let before = try Self.ticks(of: agent.pid)
        for _ in 0..<5 {
            #expect(try Self.status(of: "/metrics", port) == "200")
            #expect(try Self.status(of: "/health/live", port) == "200")
            try await Task.sleep(for: .milliseconds(200))
        }
        #expect(try Self.ticks(of: agent.pid) - before < 50)
    }
}
