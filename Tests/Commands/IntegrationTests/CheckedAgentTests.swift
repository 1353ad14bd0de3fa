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

    @Test func `probes with a name and probes without one are as they are declared`() async throws {
        let folder = try TemporaryFolder()
        let port = try LoopbackPort.free()
        try folder.write(
            """
            probes:
              - { service: shop, name: ready, every: 1s, timeout: 1s, tcp: "127.0.0.1:\(port)" }
              - { service: shop, every: 1s, timeout: 1s, tcp: "127.0.0.1:\(port)" }
              - { service: shop, name: page, every: 1s, timeout: 1s, http: "http://127.0.0.1:\(port)/health/live" }
            """, to: "agent.yaml")
        let agent = try RunningProgram(
            Executables.agent,
            [
                "--listen", "127.0.0.1:\(port)", "--socket", folder.path("agent.sock"), "--journal", "off", "--interval", "1s",
                "--log", "stderr", "--config", folder.path("agent.yaml"),
            ])
        defer { agent.stop() }
        let url = "http://127.0.0.1:\(port)"
        try await eventually("all probes have an answer: \(agent.errors)") {
            guard LoopbackPort.answers(port) else { return false }
            let text = try await HTTP.get(url + "/metrics").text
            return text.split(separator: "\n").count { $0.hasPrefix("apus_probe_up{") && $0.hasSuffix(" 1") } == 3
        }
        let checked = try await Command.runApart(Executables.apus, ["check", "--agent", url])
        #expect(checked.status == 0 && checked.output.contains(" 0 differ from their declaration"), "\(checked.text)")
    }

    @Test func `an agent that cannot be reached is told in JSON too`() async throws {
        let url = "http://127.0.0.1:\(try LoopbackPort.free())"
        let checked = try await Command.runApart(Executables.apus, ["check", "--agent", url, "--output", "json"])
        let document = try #require(try JSONSerialization.jsonObject(with: Data(checked.output.utf8)) as? [String: String])
        #expect(checked.status == 1 && document["server"] == url, "\(checked.text)")
        #expect(document["error"]?.contains("cannot be scraped") == true, "\(checked.text)")
    }

    @Test func `a password that is wrong is told from one that is missing`() async throws {
        let folder = try TemporaryFolder()
        let port = try LoopbackPort.free()
        try folder.write("basic_auth_users:\n  alice: \(SecuredAgent.hash("sesame", cost: 4, as: "2y"))\n", to: "web.yml")
        let agent = try RunningProgram(
            Executables.agent,
            [
                "--listen", "127.0.0.1:\(port)", "--socket", folder.path("agent.sock"), "--journal", "off", "--log", "stderr",
                "--web-config", folder.path("web.yml"),
            ])
        defer { agent.stop() }
        try await eventually("it listens: \(agent.errors)") { LoopbackPort.answers(port) }
        for command in [["check", "--agent"], ["top", "--once", "--agent"]] {
            func ask(_ user: String) async throws -> Command {
                try await Command.runApart(Executables.apus, command + ["http://\(user)127.0.0.1:\(port)"])
            }
            let (missing, wrong) = (try await ask(""), try await ask("alice:sesam@"))
            #expect(missing.status == 1 && missing.errors.contains("asks who asks, and nothing was given"), "\(missing.text)")
            #expect(
                wrong.status == 1 && wrong.errors.contains("does not take the user or the password that was given"),
                "\(wrong.text)")
            #expect(wrong.errors.contains("the user or the password is wrong") && !wrong.errors.contains("sesam"))
            #expect(try await ask("alice:sesame@").status == 0)
        }
    }
}
