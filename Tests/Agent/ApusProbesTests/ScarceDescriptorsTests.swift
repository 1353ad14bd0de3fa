import Foundation
import Glibc
import HostTesting
import Testing

/// A real agent that has far fewer descriptors than its probes want.
@Suite(.timeLimit(.minutes(2))) struct ScarceDescriptorsTests {
    @Test func `many probes that hang leave descriptors to those who scrape, and give all of them back`()
        async throws
    {
        let folder = try TemporaryFolder()
        try folder.write("1", to: "a")
        let hanging = try HostileServer(.hangs)
        func write(_ count: Int) throws {
            let servers = (0..<count).map {
                "- { service: s\($0), every: 1s, timeout: 900ms, http: \"http://127.0.0.1:\(hanging.port)/\" }\n"
            }
            let files = (0..<min(8, count)).map {
                "- { service: f\($0), every: 1s, timeout: 900ms, file: \(folder.path("a")) }\n"
            }
            try folder.write(
                "probes:\n" + servers.joined() + files.joined()
                    + "- { service: last, every: 1s, file: \(folder.path("a")) }\n", to: "agent.yaml")
        }
        try write(100)
        let port = try LoopbackPort.free()
        let agent = try CrashedAgent(
            in: folder,
            [
                "--listen", "127.0.0.1:\(port)", "--socket", folder.path("agent.sock"), "--config", folder.path("agent.yaml"),
                "--interval", "1s", "--journal", "off", "--log", "stderr",
            ], limits: "-n 64")
        func metrics() throws -> String {
            try Command.run("curl", ["-sS", "-m", "10", "http://127.0.0.1:\(port)/metrics"]).output
        }
        func failures(_ text: String, _ reason: String) -> Double {
            text.split(separator: "\n").filter {
                $0.hasPrefix("apus_probe_failures_total{") && $0.contains("reason=\"\(reason)\"")
            }
            .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
        }
        var text = ""
        try await eventually("failures: \(agent.program.errors)", within: .seconds(40)) {
            text = (try? metrics()) ?? ""
            return failures(text, "timeout") + failures(text, "agent") > 20
        }
        for _ in 0..<10 {
            #expect(try metrics().contains("apus_agent_build_info"), "no page while all of them hang")
            try await Task.sleep(for: .milliseconds(300))
        }
        #expect(agent.program.isRunning)
        try write(0)
        agent.program.signal(SIGHUP)
        try await eventually("the one that is left: \(agent.program.errors)") {
            text = try metrics()
            return text.contains("probed_files{service=\"last\"") && !text.contains("service=\"s1\"")
        }
        let own = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(agent.program.pid)/fd").count
        #expect(own < 52, "\(own) descriptors")
        try await eventually("one child") { agent.children().count == 1 }
        #expect(!agent.program.errors.contains("crash by"))
        agent.program.signal(SIGTERM)
        #expect(try await agent.program.wait(.seconds(20)) == 0)
    }
}
