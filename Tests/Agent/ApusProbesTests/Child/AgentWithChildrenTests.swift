import AgentMetrics
import ApusProbes
import Foundation
import Glibc
import HostTesting
import ServerTesting
import Testing

/// The built agent with probes that ask by processes of their own.
@Suite(.timeLimit(.minutes(2))) struct AgentWithChildrenTests {
    private static let marked = "Xq7-marked-secret"

    private static func children(of pid: Int32) -> [Int32] {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)) ?? ""
        let others = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
        let all = others.map { (try? String(contentsOfFile: "/proc/\(pid)/task/\($0)/children", encoding: .utf8)) ?? "" }
        return ([text] + all).flatMap { $0.split(separator: " ").compactMap { Int32($0) } }.reduce(into: []) {
            if !$0.contains($1) { $0.append($1) }
        }
    }

    @Test func `what is asked is served, secrets are nowhere, and a reload and the end leave no process`() async throws {
        let server = try PostgreSQLServer()
        try server.query("CREATE ROLE watcher LOGIN; GRANT pg_monitor TO watcher")
        let folder = try TemporaryFolder()
        try folder.write("\(Self.marked)\n", to: "password")
        try folder.write("12345", to: "backup.dump")
        try ServerTool.run(
            "sqlite3",
            [folder.path("store.db"), "CREATE TABLE jobs (state TEXT); INSERT INTO jobs VALUES ('waiting'), ('waiting')"],
            of: "sqlite3")
        let file = """
            - service: orders-db
              every: 1s
              postgresql: { port: \(server.port), user: watcher, password_file: \(folder.path("password")) }
            """
        try folder.write(
            """
            probes:
            \(file)
            - service: jobs
              every: 1s
              sql:
                sqlite: \(folder.path("store.db"))
                gauges: [ { name: jobs_waiting, help: Jobs., query: "SELECT state, count(*) AS n FROM jobs GROUP BY state", value: n } ]
            - { service: backup, every: 1s, file: \(folder.path("*.dump")) }
            - { service: none, every: 1s, pgbouncer: { port: \(try LoopbackPort.free()), user: watcher } }

            """, to: "agent.yaml")
        let port = try LoopbackPort.free()
        let agent = try RunningProgram(
            AskedChild.program,
            [
                "--listen", "127.0.0.1:\(port)", "--socket", folder.path("agent.sock"), "--config", folder.path("agent.yaml"),
                "--log",
                "stderr",
            ])
        defer { agent.stop() }
        func page() throws -> String {
            try Command.run("curl", ["--silent", "--max-time", "5", "http://127.0.0.1:\(port)/metrics"]).output
        }
        var text = ""
        try await eventually("all series:\n\(text)\n\(agent.errors)") {
            text = try page()
            return text.contains("jobs_waiting{") && text.contains("probed_files{")
                && text.contains("postgresql_max_connections{")
                && text.contains("reason=\"connection\"} 1")
        }
        let lines = text.split(separator: "\n").map(String.init)
        func value(_ name: String, _ service: String, _ more: String = "") -> String? {
            lines.first {
                $0.hasPrefix("\(name){") && $0.contains("service=\"\(service)\"") && (more.isEmpty || $0.contains(more))
            }?
            .split(separator: " ").last.map(String.init)
        }
        #expect(value("jobs_waiting", "jobs", "state=\"waiting\"") == "2")
        #expect(value("probed_file_size_bytes", "backup") == "5")
        #expect(value("postgresql_max_connections", "orders-db") == "100")
        #expect(value("database_connections_total", "orders-db") == "1")
        #expect(value("apus_probe_up", "none") == "0")
        let children = Self.children(of: agent.pid)
        #expect(children.count == 4)
        for pid in children + [agent.pid] {
            for name in ["cmdline", "environ"] { #expect(!(try ProbeChildTests.text(pid, name).contains("Xq7"))) }
        }
        #expect(!text.contains("Xq7") && !agent.errors.contains("Xq7") && !agent.output.contains("Xq7"))
        // What stays in the file keeps its process, what goes from it loses its own.
        try folder.write("probes:\n\(file)\n", to: "agent.yaml")
        agent.signal(SIGHUP)
        try await eventually("one process") { Self.children(of: agent.pid).count == 1 }
        let left = try #require(Self.children(of: agent.pid).first)
        #expect(children.contains(left))
        try await eventually("no series of what is not asked") { !(try page().contains("jobs_waiting{")) }
        agent.signal(SIGTERM)
        #expect(try await agent.wait(.seconds(10)) == 0)
        try await eventually("the end of \(left)") { kill(left, 0) != 0 }
    }
}
