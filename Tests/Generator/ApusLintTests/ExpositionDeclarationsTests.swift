import ApusLint
import ApusMetrics
import ApusPromQL
import Testing

@Suite struct `Declarations from an exposition` {
    private static let text = """
        # HELP hits_total Hits, "quoted".
        # TYPE hits_total counter
        hits_total{page="a\\"b}",code="200"} 5
        hits_total{page="b"} 1.5e3 1700000000000
        # TYPE temperature gauge
        temperature -3
        # TYPE latency_seconds histogram
        latency_seconds_bucket{page="a",le="+Inf"} 3
        latency_seconds_sum{page="a"} 0.3
        latency_seconds_count{page="a"} 3
        # TYPE size_bytes summary
        size_bytes{quantile="0.5"} NaN
        size_bytes_sum 3
        size_bytes_count 1
        # TYPE other untyped
        other 1

        # TYPE visits counter
        visits_total{page="a"} 1 # {trace_id="x"} 1
        visits_created{page="a"} 1700000000
        # TYPE build info
        build_info{version="1"} 1
        # EOF
        """

    private func declared(_ targetLabels: TargetLabels) throws -> SeriesDeclarations {
        var declarations = SeriesDeclarations()
        declarations.declare(try ExpositionSummary(parsing: Self.text, as: .any), targetLabels: targetLabels)
        return declarations
    }

    private func kinds(_ expression: String, _ targetLabels: TargetLabels = .exactly(["job", "instance"])) throws -> [String] {
        try PromQLExpression(parsing: expression).findings(
            declarations: declared(targetLabels),
            context: CheckContext(.recording, strictness: .foreign, reportsUnknownMetrics: true)
        ).map { $0.kind.rawValue }
    }

    @Test(
        arguments: [
            ("hits_total > 1", ["bareCounter"]), ("rate(temperature[5m])", ["rateOfGauge"]), ("rate(hits_total[5m])", []),
            ("temperature", []), ("hits", ["unknownMetric"]), ("rate(visits_total[5m])", []), ("visits_total", ["bareCounter"]),
            ("visits", ["unknownMetric"]), ("build_info", []), ("rate(other[5m])", []), ("other", []),
            ("size_bytes{quantile=\"0.5\"}", []), ("size_bytes_sum", ["bareCounter"]),
            ("histogram_quantile(0.9, rate(latency_seconds_bucket{page=\"a\"}[5m]))", []),
            ("sum by (code) (rate(hits_total[5m]))", []), ("sum by (color) (temperature)", ["missingLabel"]),
            ("temperature{color=\"red\"}", ["missingLabel"]),
            ("sum by (le) (rate(latency_seconds_count[5m]))", ["missingLabel"]),
        ] as [(String, [String])])
    func `kinds and labels are known`(expression: String, found: [String]) throws {
        #expect(try kinds(expression) == found)
    }

    @Test func `labels are not judged while those of targets are not known`() throws {
        #expect(try kinds("temperature{color=\"red\"}", .unknown) == [])
    }

    @Test(
        arguments: [
            ("apus_service_up{color=\"red\"}", ["missingLabel"]), ("apus_service_up{name=\"live\"}", ["missingLabel"]),
            ("apus_probe_up{name=\"live\"}", []), ("redis_server_replicas{name=\"live\"}", []),
            ("rate(apus_service_up[5m])", ["rateOfGauge"]),
            ("sum by (color) (mine_total)", ["missingLabel", "bareCounter"]),
            ("other_total{color=\"red\"} > 1", ["bareCounter"]),
        ] as [(String, [String])])
    func `what was seen takes nothing from what is declared`(expression: String, found: [String]) throws {
        let text = """
            # TYPE apus_service_up gauge
            apus_service_up{service="a",instance="b",zone="c"} 1
            # TYPE mine_total untyped
            mine_total{zone="c"} 1
            # TYPE other_total counter
            other_total 1

            """
        var declarations = SeriesDeclarations.known(
            more: [Counter<NoLabels>("mine_total", "Of a service of the fleet.").family])
        declarations.declare(try ExpositionSummary(parsing: text, as: .any), targetLabels: .unknown)
        let findings = try PromQLExpression(parsing: expression).findings(
            declarations: declarations,
            context: CheckContext(.recording, strictness: .foreign, reportsUnknownMetrics: true))
        #expect(findings.map(\.kind.rawValue) == found)
    }
}
