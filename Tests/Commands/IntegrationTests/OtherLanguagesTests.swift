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

        init(_ folder: TemporaryFolder, _ options: [String] = []) async throws {
            let (port, reportPort) = (try LoopbackPort.free(), try LoopbackPort.free())
            program = try RunningProgram(
                Executables.agent,
                [
                    "--listen", "127.0.0.1:\(port)", "--report-listen", "127.0.0.1:\(reportPort)", "--socket",
                    folder.path("agent.sock"), "--interval", "200ms", "--journal", "off", "--log", "stderr",
                ] + options)
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

    @Test func `Python's client packs what a path would not keep, and that is taken`() async throws {
        let folder = try TemporaryFolder()
        let agent = try await Agent(folder)
        try folder.write(
            """
            from sys import argv
            from prometheus_client import CollectorRegistry, Gauge, delete_from_gateway, push_to_gateway
            registry = CollectorRegistry()
            Gauge("some_rows", "Rows.", registry=registry).set(3)
            for job, more in [("nightly mail", {"instance": "eu/1"}), ("letters", {"instance": ""}), ("a/b+c", {}), ("gone/by", {})]:
                push_to_gateway(argv[1], job=job, grouping_key=more, registry=registry)
            delete_from_gateway(argv[1], job="gone/by")
            """, to: "push.py")
        let pushed = try await Command.runApart("/usr/bin/python3", [folder.path("push.py"), agent.reports])
        #expect(pushed.passed, "\(pushed.text)")
        for labels in [
            #"service="nightly mail",instance="eu_1""#, #"service="letters",instance="letters""#,
            #"service="a_b+c",instance="a_b+c""#,
        ] {
            try await eventually("\(labels) is served") { try await agent.value("some_rows", labels) == 3 }
        }
        let gone = #"service="gone_by",instance="gone_by""#
        try await eventually("it has ended") { try await agent.value("apus_service_up", gone) == 0 }
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

    /// An agent with the file that the page shows, in which the ports are those of this test.
    private func scraping(_ folder: TemporaryFolder, _ ports: [Int]) async throws -> Agent {
        var file = try Self.example("yaml")
        for (port, own) in zip(["9464", "9465"], ports) { file = file.replacing(port, with: "\(own)") }
        try folder.write(file, to: "agent.yaml")
        return try await Agent(folder, ["--config", folder.path("agent.yaml")])
    }

    @Test func `the pages that Node.js and Python's client serve are fetched`() async throws {
        let folder = try TemporaryFolder()
        let ports = [try LoopbackPort.free(), try LoopbackPort.free()]
        let agent = try await scraping(folder, ports)
        try Self.example("js scrape").write(toFile: folder.path("page.mjs"), atomically: true, encoding: .utf8)
        try Self.example("python scrape").write(toFile: folder.path("page.py"), atomically: true, encoding: .utf8)
        let node = try RunningProgram(
            "node", [folder.path("page.mjs")], environment: environment(agent, ["METRICS_PORT": "\(ports[0])"]))
        let python = try RunningProgram(
            "/usr/bin/python3", [folder.path("page.py")], environment: environment(agent, ["METRICS_PORT": "\(ports[1])"]))
        let checkout = #"service="checkout",instance="checkout-2""#
        let mailer = #"service="mailer",instance="mailer-2""#
        try await eventually("both are up: \(node.errors) \(python.errors) \(agent.program.errors)") {
            let page = try await HTTP.get(agent.url)
            return [checkout, mailer].allSatisfy { page.values(of: "apus_service_up")["{\($0)}"] == 1 }
        }
        #expect(try await agent.value("orders_total", checkout + #",payment="card""#) == 3)
        #expect(try await agent.value("worker_heap_usage_bytes", checkout) ?? 0 > 1_000_000)
        #expect(try await agent.value("mails_sent_total", mailer) == 2)
        #expect(try await agent.value("queue_depth", mailer + #",state="pending""#) == 5)
        // In the agent's own family, told by its labels.
        #expect(try await agent.value("process_open_fds", mailer) ?? 0 > 0)
        #expect(try await agent.value("service_scrape_up", mailer) == 1)
        // A server that goes is down at the next scrape, with its last counts.
        node.stop()
        try await eventually("it is down") { try await agent.value("apus_service_up", checkout) == 0 }
        #expect(try await agent.value("orders_total", checkout + #",payment="card""#) == 3)
        #expect(try await agent.value("worker_heap_usage_bytes", checkout) == nil)
        python.stop()
    }
}
