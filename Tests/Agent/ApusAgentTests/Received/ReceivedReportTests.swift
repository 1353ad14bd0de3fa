import AgentMetrics
import ApusAgent
import ApusLimits
import ApusMetrics
import ApusText
import Foundation
import Glibc
import HostTesting
import NIOHTTP1
import Testing

private let shop = #"service="shop",instance="shop-1""#

/// Reports of services in any language, over HTTP.
@Suite struct ReceivedReportTests {
    private static let text = """
        # HELP orders_total Orders by payment.
        # TYPE orders_total counter
        orders_total{payment="card"} 9007199254740993
        orders_total{payment="cash",service="other",job="x"} 3
        # TYPE wait_seconds histogram
        wait_seconds_bucket{le="0.5"} 2
        wait_seconds_bucket{le="+Inf"} 3
        wait_seconds_sum 4.5
        wait_seconds_count 3
        # TYPE size_bytes summary
        size_bytes{quantile="0.9"} 7
        size_bytes_sum 21
        size_bytes_count 4
        # TYPE nodejs_heap_size_used_bytes gauge
        nodejs_heap_size_used_bytes 123456
        # TYPE process_cpu_seconds_total counter
        process_cpu_seconds_total 12.5
        hikaricp_connections_active{pool="main"} 4
        hikaricp_connections_idle{pool="main"} 6

        """

    private static func with(
        _ change: (inout AgentConfiguration) -> Void = { _ in }, _ body: @escaping @Sendable (RunningAgent) async throws -> Void
    ) async throws {
        try await RunningAgent.with {
            $0.reportListen = [ListenPlace(ListenAddress(host: "127.0.0.1", port: 0))]
            change(&$0)
        } _: {
            try await body($0)
        }
    }

    @Test(arguments: ["nodejs_eventloop_lag_seconds", "nodejs_eventloop_delay_p99_seconds"])
    func `the lag of Node.js' event loop has one name, whichever library tells it`(name: String) async throws {
        try await Self.with { agent in
            let answer = try await agent.report("/v1/report/shop/shop-1", "# TYPE \(name) gauge\n\(name) 0.25\n")
            #expect(answer.status == 204)
            let samples = try await agent.get("/metrics").samples
            #expect(samples["service_scheduling_lag_seconds{\(shop),executor=\"event-loop\"}"] == "0.25")
        }
    }

    @Test func `a text is served under its instance's labels, beside the names that every service has`() async throws {
        try await Self.with { agent in
            let answer = try await agent.report("/v1/report/shop/shop-1", Self.text)
            #expect(answer.status == 204 && answer.text.isEmpty)
            let samples = try await agent.get("/metrics").samples
            #expect(samples["apus_service_up{\(shop)}"] == "1")
            #expect(samples["orders_total{\(shop),payment=\"card\"}"] == "9007199254740993")
            #expect(samples["orders_total{\(shop),exported_job=\"x\",exported_service=\"other\",payment=\"cash\"}"] == "3")
            #expect(samples["wait_seconds_bucket{\(shop),le=\"0.5\"}"] == "2")
            #expect(samples["wait_seconds_count{\(shop)}"] == "3")
            #expect(samples["size_bytes{\(shop),quantile=\"0.9\"}"] == "7")
            #expect(samples["worker_heap_usage_bytes{\(shop)}"] == "123456")
            #expect(samples["service_process_heap_bytes{\(shop)}"] == "123456")
            #expect(samples["db_client_connections{\(shop),pool=\"main\",state=\"used\"}"] == "4")
            #expect(samples["database_connections_total{\(shop)}"] == "10")
            // In the agent's own family, of which it is told by its labels.
            #expect(samples["process_cpu_seconds_total{\(shop)}"] == "12.5")
            #expect(samples["process_cpu_seconds_total"] != nil)
            #expect(!samples.keys.contains { $0.hasPrefix("apus_service_family_refused") })
            #expect(samples["apus_service_reports_total{\(shop)}"] == "1")
            #expect(samples["apus_service_series{\(shop)}"] == "12")
        }
    }

    @Test(arguments: [
        "application/openmetrics-text; version=1.0.0", "text/plain; version=0.0.4",
        "application/openmetrics-text; version=2.0.0",
    ])
    func `each format is one that a strict parser reads`(accept: String) async throws {
        try await Self.with { agent in
            _ = try await agent.report("/v1/report/shop/shop-1", Self.text)
            let page = try await agent.get("/metrics", accept: accept)
            let names = page.text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
            #expect(Set(names).count == names.count)
            #expect(page.text.contains("orders_total{\(shop),payment=\"card\"} 9007199254740993"))
        }
    }

    @Test func `OpenMetrics is read too, and gzip undone`() async throws {
        try await Self.with { agent in
            let text = "# TYPE jobs counter\njobs_total 5\njobs_created 1700000000\n# EOF\n"
            let type = "application/openmetrics-text; version=1.0.0; charset=utf-8"
            #expect(try await agent.report("/v1/report/shop/shop-1", text, type: type).status == 204)
            #expect(try await agent.get("/metrics").samples["jobs_total{\(shop)}"] == "5")
            let cut = try await agent.report("/v1/report/shop/shop-1", "# TYPE jobs counter\njobs_total 6\n", type: type)
            #expect(cut.status == 400 && cut.text.contains("EOF"))
            #expect(try await agent.get("/metrics").samples["jobs_total{\(shop)}"] == "5")
            let packed = try Self.gzip(Array("jobs_total 7\n".utf8))
            let answer = try await agent.report("/v1/report/shop/shop-1", packed, headers: [("Content-Encoding", "gzip")])
            #expect(answer.status == 204)
            #expect(try await agent.get("/metrics").samples["jobs_total{\(shop)}"] == "7")
        }
    }

    private static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        let path = URL(fileURLWithPath: folder.path("body"))
        try Data(bytes).write(to: path)
        try Command.run("gzip", ["-9", path.path])
        return Array(try Data(contentsOf: URL(fileURLWithPath: folder.path("body.gz"))))
    }

    @Test func `what is wrong is refused with its place, and what was good before stays`() async throws {
        let log = RecordedLog()
        try await RunningAgent.with(
            { $0.reportListen = [ListenPlace(ListenAddress(host: "127.0.0.1", port: 0))] }, logger: log.logger
        ) {
            agent in
            #expect(try await agent.report("/v1/report/shop/shop-1", "good_total 1\n").status == 204)
            let bad = try await agent.report("/v1/report/shop/shop-1", "good_total 2\nbad{x=1} 3\n")
            #expect(bad.status == 400 && bad.text.hasPrefix("line 2, column "))
            let samples = try await agent.get("/metrics").samples
            #expect(samples["good_total{\(shop)}"] == "1")
            #expect(samples["apus_agent_reports_refused_total{reason=\"content\"}"] == "1")
            let line = try #require(log.lines("a report over HTTP is refused").first)
            #expect(line["peer"] == "uid \(getuid()) over TCP" && line["message"]?.hasPrefix("line 2") == true)
        }
    }

    @Test(arguments: [
        ("/v1/report/shop", "PUT", 404), ("/v1/report/shop/a/b", "PUT", 404), ("/v1/report/shop/a%2Fb", "PUT", 400),
        ("/v1/report/sh%0Aop/a", "PUT", 400), ("/v1/report/shop/shop-1", "POST", 405),
        ("/v1/report/shop/shop-1", "GET", 405), ("/metrics", "GET", 404), ("/v1/report/shop/gone", "DELETE", 204),
        ("/v1/report/\(String(repeating: "x", count: 129))/a", "PUT", 400),
    ])
    func `a request for what there is not is refused, and an end twice is none`(path: String, method: String, status: UInt)
        async throws
    {
        try await Self.with { agent in
            let answer = try await agent.report(path, Array("x 1\n".utf8), method: HTTPMethod(rawValue: method))
            #expect(answer.status == status)
            // Who only looks around reports nothing.
            let isCounted = status >= 400 && method != "GET"
            let refused = try await agent.get("/metrics").samples["apus_agent_reports_refused_total{reason=\"request\"}"]
            #expect(refused == (isCounted ? "1" : "0"))
        }
    }

    @Test func `what a browser can send of its own accord is refused`() async throws {
        try await Self.with { agent in
            let other = try await agent.report(
                "/v1/report/shop/shop-1", Array("x 1\n".utf8), headers: [("Host", "rebound.example.com")])
            #expect(other.status == 421)
            let posted = try await agent.report("/v1/metrics", Array("{}".utf8), method: .POST, type: "text/plain")
            #expect(posted.status == 415)
        }
    }

    @Test func `its own end is told, or seen by its silence, and its counts stay`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        let identity = InstanceIdentity(service: "shop", instance: "shop-1")
        let report = try ReceivedReport(
            text: Array("# TYPE a_total counter\na_total 3\n# TYPE b gauge\nb 4\n".utf8), as: .text,
            limits: ReceivedLimits.forTests)
        let peer = ReportPeer(pid: 0, uid: 1000)
        try host.table.receive(report, of: identity, from: peer, at: host.time.now)
        host.time.pass(.seconds(179))
        host.table.tick(at: host.time.now)
        var samples = exposition.samples
        #expect(samples["apus_service_up{\(shop)}"] == "1" && samples["b{\(shop)}"] == "4")
        #expect(samples["apus_service_report_age_seconds{\(shop)}"] == "179")
        host.time.pass(.seconds(2))
        samples = exposition.samples
        #expect(samples["apus_service_up{\(shop)}"] == "0" && samples["b{\(shop)}"] == nil)
        #expect(samples["a_total{\(shop)}"] == "3")
        try host.table.receive(report, of: identity, from: peer, at: host.time.now)
        samples = exposition.samples
        #expect(samples["apus_service_up{\(shop)}"] == "1" && samples["apus_service_reports_total{\(shop)}"] == "2")
        let isEnded = try host.table.stopReceiving(identity, from: peer, at: host.time.now)
        #expect(isEnded)
        samples = exposition.samples
        #expect(samples["apus_service_up{\(shop)}"] == "0" && samples["a_total{\(shop)}"] == "3")
        host.time.pass(.seconds(301))
        host.table.tick(at: host.time.now)
        #expect(exposition.samples["a_total{\(shop)}"] == nil)
    }

    @Test func `nobody speaks for an instance of another user, nor for one that reports by a segment`() throws {
        let host = try FixtureHost()
        let identity = InstanceIdentity(service: "shop", instance: "shop-1")
        let report = ReceivedReport()
        try host.table.receive(report, of: identity, from: ReportPeer(pid: 0, uid: 1000), at: host.time.now)
        let refusal = #expect(throws: Refusal.self) {
            try host.table.receive(report, of: identity, from: ReportPeer(pid: 0, uid: 2000), at: host.time.now)
        }
        #expect(refusal?.reason == .name)
        #expect(throws: Refusal.self) {
            _ = try host.table.stopReceiving(identity, from: ReportPeer(pid: 0, uid: 2000), at: host.time.now)
        }
        try host.report(FixtureHost.worker, pid: 4711, uid: 1000, connection: 1)
        #expect(throws: Refusal.self) {
            try host.table.receive(report, of: FixtureHost.worker, from: ReportPeer(pid: 0, uid: 1000), at: host.time.now)
        }
        let held = InstanceIdentity(service: "held", instance: "1")
        host.table.expect([held], heldBy: [held: .user(33)], at: host.time.now)
        #expect(throws: Refusal.self) {
            try host.table.receive(report, of: held, from: ReportPeer(pid: 0, uid: 1000), at: host.time.now)
        }
        try host.table.receive(report, of: held, from: ReportPeer(pid: 0, uid: 33), at: host.time.now)
    }

    @Test func `series past an instance's limit are left out and counted`() throws {
        let host = try FixtureHost { $0.seriesLimit = 3 }
        let exposition = host.exposition(try host.host())
        let text = "a 1\nb{x=\"1\"} 1\nb{x=\"2\"} 1\nb{x=\"3\"} 1\nc 1\n"
        let report = try ReceivedReport(text: Array(text.utf8), as: .text, limits: ReceivedLimits.forTests)
        let identity = InstanceIdentity(service: "shop", instance: "shop-1")
        try host.table.receive(report, of: identity, from: ReportPeer(pid: 0, uid: 1000), at: host.time.now)
        let samples = exposition.samples
        #expect(samples["a{\(shop)}"] == "1" && samples["c{\(shop)}"] == "1" && samples["b{\(shop),x=\"1\"}"] == nil)
        #expect(samples["apus_service_series_clipped{\(shop),reason=\"limit\"}"] == "3")
    }

    @Test func `a body past the limit is answered, and so is one that becomes too large`() async throws {
        try await Self.with { agent in
            let large = [UInt8](repeating: UInt8(ascii: "\n"), count: HTTPReportLimits.body.value.bytes + 1)
            #expect(try await agent.report("/v1/report/shop/shop-1", large).status == 413)
            let packed = try Self.gzip(large)
            #expect(packed.count < 100_000)
            let answer = try await agent.report("/v1/report/shop/shop-1", packed, headers: [("Content-Encoding", "gzip")])
            #expect(answer.status == 413)
            #expect(try await agent.report("/v1/report/shop/shop-1", "x 1\n").status == 204)
        }
    }

    @Test func `who sends bodies without end is told to wait, and uploads that stand still keep nobody out`() async throws {
        try await Self.with { agent in
            let port = try #require(agent.reportPort)
            let stalled = try (0..<40).map { number in
                let client = try RawClient(port: port)
                client.send(
                    "PUT /v1/report/shop/stalled-\(number) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000000\r\n\r\nx")
                return client
            }
            #expect(try await agent.report("/v1/report/shop/shop-1", "x 1\n").status == 204)
            let comment = [UInt8(ascii: "#")] + [UInt8](repeating: UInt8(ascii: "x"), count: 3 << 20) + [UInt8(ascii: "\n")]
            var answers: [RunningAgent.Page] = []
            for _ in 0..<4 { answers.append(try await agent.report("/v1/report/shop/shop-2", comment)) }
            #expect(answers.last?.status == 429)
            #expect(answers.last?.headers["Retry-After"].first.flatMap { Int($0) } ?? 0 >= 1)
            withExtendedLifetime(stalled) {}
        }
    }

    private static func export(_ metrics: String, service: String = "ledger", instance: String = "ledger-1") -> [UInt8] {
        Array(
            """
            {"resourceMetrics":[{"resource":{"attributes":[
              {"key":"service.name","value":{"stringValue":"\(service)"}},
              {"key":"service.instance.id","value":{"stringValue":"\(instance)"}}]},
             "scopeMetrics":[{"scope":{"name":"books"},"metrics":[\(metrics)]}]}]}
            """.utf8)
    }

    private static func sum(_ value: Int, delta: Bool = false, from start: Int = 1, at time: Int = 2) -> String {
        """
        {"name":"entries.posted","unit":"{entry}","sum":{"isMonotonic":true,"aggregationTemporality":\(delta ? 1 : 2),
         "dataPoints":[{"startTimeUnixNano":"\(start)000000000","timeUnixNano":"\(time)000000000","asInt":"\(value)"}]}}
        """
    }

    @Test func `an export of OpenTelemetry is served, deltas as their sum, and its end is told as any other`() async throws {
        try await Self.with { agent in
            func export(_ body: [UInt8]) async throws -> RunningAgent.Page {
                try await agent.report("/v1/metrics", body, method: .POST, type: "application/json")
            }
            let labels = #"service="ledger",instance="ledger-1""#
            let answer = try await export(Self.export(Self.sum(5)))
            #expect(answer.status == 200 && answer.text == "{}" && answer.headers["Content-Type"] == ["application/json"])
            #expect(try await agent.get("/metrics").samples["entries_posted_total{\(labels)}"] == "5")
            for (start, time) in [(1, 2), (2, 3)] {
                _ = try await export(
                    Self.export(Self.sum(7, delta: true, from: start, at: time), instance: "ledger-2"))
            }
            let other = #"service="ledger",instance="ledger-2""#
            var samples = try await agent.get("/metrics").samples
            #expect(samples["entries_posted_total{\(other)}"] == "14")
            #expect(samples["apus_service_up{\(other)}"] == "1")
            let ended = try await agent.report("/v1/report/ledger/ledger-2", [], method: .DELETE, type: nil)
            #expect(ended.status == 204)
            samples = try await agent.get("/metrics").samples
            #expect(samples["apus_service_up{\(other)}"] == "0" && samples["entries_posted_total{\(other)}"] == "14")
        }
    }

    @Test func `points that cannot be taken are told with their number, and the rest is served`() async throws {
        try await Self.with { agent in
            let clash = #"{"name":"entries.posted.total","gauge":{"dataPoints":[{"timeUnixNano":"1","asDouble":1}]}}"#
            let body = Self.export("\(Self.sum(5)),\(clash)")
            let answer = try await agent.report("/v1/metrics", body, method: .POST, type: "application/json")
            #expect(answer.status == 200 && answer.text.contains(#""rejectedDataPoints":"1""#))
            let samples = try await agent.get("/metrics").samples
            #expect(samples[#"entries_posted_total{service="ledger",instance="ledger-1"}"#] == "5")
            #expect(samples["apus_agent_reports_refused_total{reason=\"content\"}"] == "0")
            #expect(samples["apus_agent_series_left_out_total"] == "1")
            // Of which nothing is taken, that is refused.
            let nameless = #"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[\#(clash)]}]}]}"#
            let refused = try await agent.report(
                "/v1/metrics", Array(nameless.utf8), method: .POST, type: "application/json")
            #expect(refused.status == 200 && refused.text.contains(#""rejectedDataPoints":"1""#))
            let after = try await agent.get("/metrics").samples
            #expect(after["apus_agent_reports_refused_total{reason=\"content\"}"] == "1")
            #expect(after["apus_agent_series_left_out_total"] == "1")
        }
    }

    @Test(arguments: [("application/json", "{\"resourceMetrics\":[{]}"), ("application/x-protobuf", "no protobuf")])
    func `a body that is no export is refused in its own encoding, with the place`(type: String, body: String) async throws {
        try await Self.with { agent in
            let answer = try await agent.report("/v1/metrics", Array(body.utf8), method: .POST, type: type)
            #expect(answer.status == 400 && answer.headers["Content-Type"] == [type])
            #expect(answer.text.contains(type == "application/json" ? "line 1, column" : "byte "))
        }
    }
}

extension ReceivedLimits {
    /// Those of a report, as an agent has them.
    static let forTests = ReceivedLimits.ofInstance(series: 1000)
}
