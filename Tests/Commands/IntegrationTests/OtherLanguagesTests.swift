import Foundation
import Glibc
import HostTesting
import Testing

/// The examples of docs/other-languages.md, run by the interpreters of these languages against the agent's executable.
@Suite(.timeLimit(.minutes(2))) struct `Services in other languages` {
    /// The one program of a language that the page shows.
    private static func example(_ language: String) throws -> String {
        let text = try String(contentsOfFile: Executables.repository + "docs/other-languages.md", encoding: .utf8)
        let parts = text.components(separatedBy: "```\(language)\n")
        try #require(parts.count == 2, "one example in \(language)")
        return String(parts[1].prefix(upTo: try #require(parts[1].range(of: "\n```\n")).lowerBound))
    }

    private struct Agent {
        let program: RunningProgram
        let url: String
        let reports: String

        init(_ folder: TemporaryFolder) async throws {
            let (port, reportPort) = (try LoopbackPort.free(), try LoopbackPort.free())
            program = try RunningProgram(
                Executables.agent,
                [
                    "--listen", "127.0.0.1:\(port)", "--report-listen", "127.0.0.1:\(reportPort)", "--socket",
                    folder.path("agent.sock"), "--interval", "200ms", "--journal", "off", "--log", "stderr",
                ])
            url = "http://127.0.0.1:\(port)/metrics"
            reports = "http://127.0.0.1:\(reportPort)"
            try await eventually("the agent answers: \(program.errors)") { (try? await HTTP.get(url).status) == 200 }
        }

        func value(_ family: String, _ labels: String) async throws -> Double? {
            try await HTTP.get(url).values(of: family)["{\(labels)}"]
        }
    }

    private func environment(_ agent: Agent, _ more: [String: String] = [:]) -> [String: String] {
        ["PATH": "/usr/bin:/bin", "APUS_REPORTS": agent.reports].merging(more) { $1 }
    }

    @Test func `Node.js reports by itself, and tells of its end`() async throws {
        let folder = try TemporaryFolder()
        let agent = try await Agent(folder)
        try Self.example("js").write(toFile: folder.path("service.mjs"), atomically: true, encoding: .utf8)
        let service = try RunningProgram("node", [folder.path("service.mjs")], environment: environment(agent))
        let labels = #"service="checkout",instance="checkout-1""#
        try await eventually("it is up: \(service.errors)") { try await agent.value("apus_service_up", labels) == 1 }
        #expect(try await agent.value("orders_total", labels + #",payment="card""#) == 3)
        #expect(try await agent.value("worker_heap_usage_bytes", labels) ?? 0 > 1_000_000)
        service.signal(SIGTERM)
        #expect(try await service.wait(.seconds(10)) == 0)
        #expect(try await agent.value("apus_service_up", labels) == 0)
        #expect(try await agent.value("orders_total", labels + #",payment="card""#) == 3)
        #expect(try await agent.value("worker_heap_usage_bytes", labels) == nil)
    }

    @Test func `Python's client reports as to a Pushgateway`() async throws {
        let folder = try TemporaryFolder()
        let agent = try await Agent(folder)
        try Self.example("python").write(toFile: folder.path("service.py"), atomically: true, encoding: .utf8)
        let service = try RunningProgram("/usr/bin/python3", [folder.path("service.py")], environment: environment(agent))
        let labels = #"service="mailer",instance="mailer-1""#
        try await eventually("it is up: \(service.errors)") { try await agent.value("apus_service_up", labels) == 1 }
        #expect(try await agent.value("jobs_done_total", labels + #",kind="mail""#) == 2)
        #expect(try await agent.value("job_seconds_bucket", labels + #",le="1.0""#) == 1)
        #expect(try await agent.value("job_seconds_sum", labels) == 0.5)
        service.stop()
    }

    @Test func `Java reports what its virtual machine says of itself, and tells of its end`() async throws {
        let folder = try TemporaryFolder()
        let agent = try await Agent(folder)
        try Self.example("java").write(toFile: folder.path("Ledger.java"), atomically: true, encoding: .utf8)
        let service = try RunningProgram(
            "java", [folder.path("Ledger.java")],
            environment: environment(agent, ["APUS_REPORT_URL": "\(agent.reports)/v1/report/ledger/ledger-1"]))
        let labels = #"service="ledger",instance="ledger-1""#
        // The compiler of a JDK takes some seconds on a busy machine.
        try await eventually("it is up: \(service.errors)", within: .seconds(30)) {
            try await agent.value("apus_service_up", labels) == 1
        }
        #expect(try await agent.value("ledger_entries_total", labels) == 3)
        #expect(try await agent.value("worker_heap_usage_bytes", labels) ?? 0 > 1_000_000)
        service.signal(SIGTERM)
        // That of a signal: a hook of the virtual machine does not change it.
        #expect(try await service.wait(.seconds(10)) == 128 + SIGTERM)
        #expect(try await agent.value("apus_service_up", labels) == 0)
    }
}
