import Foundation
import Glibc
import HostTesting
import Testing

/// One agent, scraped by one Prometheus in each format that it understands.
@Suite(.timeLimit(.minutes(3))) struct FormatTests {
    @Test func `Prometheus finds the same values by text, OpenMetrics and protobuf`() async throws {
        let folder = try TemporaryFolder()
        let port = try LoopbackPort.free()
        let agent = try RunningProgram(
            Executables.agent,
            ["--listen", "127.0.0.1:\(port)", "--socket", folder.path("agent.sock"), "--interval", "1s"])
        try await eventually("the agent serves: \(agent.errors)") {
            (try? await HTTP.get("http://127.0.0.1:\(port)/health/live").status) == 200
        }
        let service = try RunningProgram(Executables.reportingService, [folder.path("agent.sock")])
        let jobs = ["text", "openmetrics", "protobuf"].map { format in
            """
              - job_name: \(format)
                honor_labels: true
                params: {format: [\(format)]}
                static_configs: [{targets: ["127.0.0.1:\(port)"]}]
            """
        }
        try "global: {scrape_interval: 1s}\nscrape_configs:\n\(jobs.joined(separator: "\n"))\n"
            .write(toFile: folder.path("prometheus.yml"), atomically: false, encoding: .utf8)
        let prometheus = try await Prometheus(
            configuration: folder.path("prometheus.yml"), options: ["--enable-feature=native-histograms,exemplar-storage"])
        try await eventually("three scrapes with the service in them: \(service.errors)", within: .seconds(60)) {
            try await prometheus.query("count by (job) (formats_build_info)").count == 3
        }
        let text = try await Self.series("text", prometheus)
        let openMetrics = try await Self.series("openmetrics", prometheus)
        let protobuf = try await Self.series("protobuf", prometheus)
        // Four routes: counters 2, gauge 1, classic histogram 6, native one as classic 16 + 3, summary 2, info 1, states 3.
        let perRoute = [2, 1, 6, 19, 2, 1, 3].reduce(0, +)
        #expect(text.count == 4 * perRoute)
        #expect(text == openMetrics)
        #expect(protobuf == text.filter { !$0.key.hasPrefix("formats_work_seconds") })
        try await Self.checkNative(prometheus)
        for job in ["openmetrics", "protobuf"] { try await Self.checkExemplars(job, prometheus) }
        service.signal(SIGTERM)
        _ = try await service.wait(.seconds(10))
        agent.signal(SIGTERM)
        #expect(try await agent.wait(.seconds(10)) == 0)
        try await prometheus.stop()
    }

    @Test func `Prometheus scrapes one agent at all of its addresses, and curl at its Unix socket`() async throws {
        let folder = try TemporaryFolder()
        let ports = try LoopbackPort.free(3)
        let path = folder.path("http.sock")
        let places = ["[::1]:\(ports[0])", "localhost:\(ports[1])", "*:\(ports[2])", "unix:\(path) mode=0600"]
        let agent = try RunningProgram(
            Executables.agent, ["--socket", folder.path("agent.sock")] + places.flatMap { ["--listen", $0] })
        let asked = [
            "[::1]:\(ports[0])", "localhost:\(ports[1])", "127.0.0.1:\(ports[1])", "[::1]:\(ports[1])", "127.0.0.1:\(ports[2])",
            "[::1]:\(ports[2])",
        ]
        let targets = asked.map { "\"\($0)\"" }.joined(separator: ", ")
        try """
        global: {scrape_interval: 1s}
        scrape_configs: [{job_name: agent, honor_labels: true, static_configs: [{targets: [\(targets)]}]}]

        """.write(toFile: folder.path("prometheus.yml"), atomically: false, encoding: .utf8)
        let prometheus = try await Prometheus(configuration: folder.path("prometheus.yml"))
        try await eventually("all are scraped: \(agent.errors)", within: .seconds(30)) {
            try await prometheus.query("up == 1").count == asked.count
        }
        let text = try await Command.runApart("curl", ["-s", "--unix-socket", path, "http://localhost/metrics"]).output
        #expect(text.contains("\napus_agent_build_info{version="))
        agent.signal(SIGTERM)
        #expect(try await agent.wait(.seconds(10)) == 0)
        #expect(access(path, F_OK) != 0)
        try await prometheus.stop()
    }

    /// Values by series, job aside; as bits, so that what is not a number equals itself.
    private static func series(_ job: String, _ prometheus: Prometheus) async throws -> [String: UInt64] {
        let samples = try await prometheus.query("{__name__=~\"formats_.*\",job=\"\(job)\"}")
        // A native histogram has no single value and is no sample here.
        let pairs = samples.map { sample in
            let labels = sample.labels.filter { $0.key != "job" }.sorted { $0.key < $1.key }
            let name = sample.labels["__name__"] ?? ""
            return (
                name + labels.map { "\($0)=\($1)" }.joined(separator: ","), sample.value.isNaN ? 0 : sample.value.bitPattern
            )
        }
        return try Dictionary(pairs) { _, _ in throw Failure("a series is there twice") }
    }

    private static func checkNative(_ prometheus: Prometheus) async throws {
        func values(_ expression: String) async throws -> [String: Double] {
            let pairs = try await prometheus.query(expression).map { ($0.labels["route"] ?? "", $0.value) }
            return Dictionary(uniqueKeysWithValues: pairs)
        }
        let counts = try await values("histogram_count(formats_work_seconds{job=\"protobuf\"})")
        #expect(counts.count == 4)
        #expect(try await values("formats_work_seconds_count{job=\"text\"}") == counts)
        let sums = try await values("histogram_sum(formats_work_seconds{job=\"protobuf\"})")
        #expect(try await values("formats_work_seconds_sum{job=\"text\"}") == sums)
        // 1000 values from 0.01 to 10: the median is 5, found to within the 9 % that a bucket spans.
        let median = try #require(
            await values("histogram_quantile(0.5, formats_work_seconds{job=\"protobuf\",route=\"/\"})")["/"])
        #expect(abs(median - 5) < 0.45)
    }

    private static func checkExemplars(_ job: String, _ prometheus: Prometheus) async throws {
        let now = Date().timeIntervalSince1970
        for name in ["formats_orders_total", "formats_latency_seconds_bucket"] {
            let query = "\(name)%7Bjob%3D%22\(job)%22%7D&start=\(Int(now) - 600)&end=\(Int(now) + 60)"
            let answer = try await HTTP.get("\(prometheus.url)/api/v1/query_exemplars?query=\(query)")
            let series = try #require(answer.object["data"] as? [[String: Any]])
            #expect(!series.isEmpty, "\(job): \(answer.text)")
            for one in series {
                let exemplars = try #require(one["exemplars"] as? [[String: Any]])
                let trace = (exemplars.first?["labels"] as? [String: String])?["trace_id"]
                #expect(trace == "4bf92f3577b34da6a3ce929d0e0e4736")
            }
        }
    }
}
