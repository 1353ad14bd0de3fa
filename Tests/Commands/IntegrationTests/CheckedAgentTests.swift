import Foundation
import HostTesting
import NIOHTTP1
import Testing

/// `apus check --agent` beside a real agent that serves more than the fleet declares.
@Suite(.timeLimit(.minutes(1))) struct CheckedAgentTests {
    @Test func `what other applications report is no fault, unless it is asked for, and what contradicts its declaration is`()
        async throws
    {
        let folder = try TemporaryFolder()
        let ports = try LoopbackPort.free(2)
        let agent = try RunningProgram(
            Executables.agent,
            [
                "--listen", "127.0.0.1:\(ports[0])", "--report-listen", "127.0.0.1:\(ports[1])", "--socket",
                folder.path("agent.sock"), "--journal", "off", "--interval", "1s", "--log", "stderr",
            ])
        defer { agent.stop() }
        let url = "http://127.0.0.1:\(ports[0])"
        func report(_ text: String, until words: String) async throws {
            try await eventually("\(words): \(agent.errors)") {
                guard ports.allSatisfy({ LoopbackPort.answers($0) }) else { return false }
                let sent = try await HTTP.send(
                    .PUT, "http://127.0.0.1:\(ports[1])/v1/report/stranger/stranger-1", text,
                    headers: ["Content-Type": "text/plain"])
                guard sent.status < 300 else { return false }
                return try await HTTP.get(url + "/metrics").text.contains(words)
            }
        }
        func check(_ options: String...) async throws -> Command {
            try await Command.runApart(Executables.apus, ["check", "--agent", url] + options)
        }
        try await report("# TYPE stranger_jobs gauge\nstranger_jobs 1\n", until: "stranger_jobs{")
        let plain = try await check()
        #expect(plain.status == 0 && plain.output.contains(" 0 differ from their declaration"), "\(plain.text)")
        #expect(!plain.output.contains("stranger_jobs"))
        let asked = try await check("--undeclared")
        #expect(asked.status == 1 && asked.output.contains("stranger_jobs is served, but not declared\n"), "\(asked.text)")
        #expect(!asked.output.contains("is declared, but not served"))
        let json = try await check("--output", "json")
        let document = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        let differences = try #require(document["differences"] as? [[String: Any]])
        #expect(json.status == 0 && Set(differences.compactMap { $0["kind"] as? String }) == ["absent", "undeclared"])
        #expect(differences.first { $0["family"] as? String == "stranger_jobs" }?["kind"] as? String == "undeclared")

        try await report(
            "# TYPE notifications_claimed_total gauge\nnotifications_claimed_total 1\n", until: "notifications_claimed_total{")
        let wrong = try await check()
        #expect(
            wrong.status == 1
                && wrong.output.contains("notifications_claimed_total is declared as a counter and served as a gauge"),
            "\(wrong.text)")
    }
}
