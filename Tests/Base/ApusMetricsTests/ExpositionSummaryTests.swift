import ApusMetrics
import HostTesting
import Testing

@Suite struct ExpositionSummaryTests {
    @Test func `families have their type, their help, the labels of all their samples and how many there are`() throws {
        let summary = try ExpositionSummary(
            parsing: """
                # a comment, then an empty line

                # HELP requests_total With a \\\\ and\\na newline.
                # TYPE requests_total counter
                requests_total{path="/a \\"b\\" {c},d=\\"e\\"",method="GET",} 3 1700000000000
                requests_total { status = "200" , empty = "" } +Inf
                # TYPE wait_seconds histogram
                wait_seconds_bucket{queue="a",le="1"} 1
                wait_seconds_bucket{queue="a",le="+Inf"} 1
                wait_seconds_sum{queue="a"} 0.5
                wait_seconds_count{queue="a"} 1
                # TYPE size_bytes summary
                size_bytes{quantile="0.5"} NaN
                size_bytes_sum 0
                size_bytes_count 0
                # TYPE nothing gauge
                temperature_count{room="hall"} -1e3
                """)
        let expected: [(String, ServedKind, String?, [String], Int)] = [
            ("requests_total", .counter, "With a \\ and\na newline.", ["empty", "method", "path", "status"], 2),
            ("wait_seconds", .histogram, nil, ["queue"], 4),
            ("size_bytes", .summary, nil, [], 3),
            ("nothing", .gauge, nil, [], 0),
            ("temperature_count", .untyped, nil, ["room"], 1),
        ]
        #expect(summary.families.map(\.name) == expected.map(\.0))
        for (name, kind, help, labels, count) in expected {
            let family = try #require(summary[name])
            #expect(family.kind == kind)
            #expect(family.help == help)
            #expect(family.labelNames == labels)
            #expect(family.sampleCount == count)
        }
        #expect(summary["wait_seconds_sum"] == nil)
    }

    @Test(
        arguments: [
            ("<html>", .noName), ("9lives 1", .noName), ("# TYPE 9lives gauge", .noName),
            ("# TYPE a stateset", .unknownType("stateset")), ("# TYPE a", .unknownType("")),
            ("# TYPE a gauge\n# TYPE a counter", .typeToldAgain("a")), ("a 1\n# TYPE a counter", .typeToldAgain("a")),
            ("a{b} 1", .badLabel), ("a{b=1} 1", .badLabel), ("a{b=\"1\" c=\"2\"} 1", .badLabel), ("a{__b=\"1\"} 1", .badLabel),
            ("a{b=\"1\"", .badLabel), ("a{,} 1", .badLabel),
            ("a{b=\"1} 1", .badLabelValue("b")), ("a{b=\"\\x\"} 1", .badLabelValue("b")),
            ("a", .badValue("")), ("a one", .badValue("one")), ("a 1 soon", .badTimestamp("soon")),
            ("a 1 2 3", .badTimestamp("2")),
        ] as [(String, ExpositionSyntaxError.Problem)])
    func `a line that is none is told with its number`(text: String, problem: ExpositionSyntaxError.Problem) {
        let lines = text.split(separator: "\n").count
        let error = #expect(throws: ExpositionSyntaxError.self) { try ExpositionSummary(parsing: "fine 1\n\(text)\n") }
        #expect(error?.line == lines + 1)
        #expect(error?.problem == problem)
    }

    @Test func `labels are certain where every sample has them with a value`() throws {
        let summary = try ExpositionSummary(
            parsing: """
                # TYPE hits counter
                hits{page="a",code="200",zone="",host=""} 1
                hits{page="b",code="",zone="x",host=""} 1
                # TYPE silent gauge
                """)
        let hits = try #require(summary["hits"])
        #expect(hits.labelNames == ["code", "host", "page", "zone"])
        #expect(hits.certainLabelNames == ["page"])
        #expect(hits.optionalLabelNames == ["code", "zone"])
        #expect(summary["silent"]?.certainLabelNames == [])
    }

    @Test func `families of OpenMetrics have the names of their samples`() throws {
        let summary = try ExpositionSummary(
            parsing: """
                # TYPE visits counter
                # HELP visits Visits.
                visits_total{page="a"} 1
                visits_total{page="b"} 1
                visits_created{page="a"} 1700000000
                # TYPE build info
                build_info{version="1"} 1
                # TYPE light stateset
                light{light="red",rack="a"} 1
                # TYPE wait_seconds histogram
                wait_seconds_bucket{le="+Inf"} 1
                wait_seconds_created 1
                # TYPE size gaugehistogram
                size_bucket{le="1"} 1
                size_gcount 1
                # TYPE plain counter
                plain 1
                plain_total 1
                # TYPE never counter
                # EOF
                """, as: .any)
        let expected: [(String, ServedKind, [String], Int)] = [
            ("visits_total", .counter, ["page"], 3), ("build_info", .info, ["version"], 1), ("light", .stateSet, ["rack"], 1),
            ("wait_seconds", .histogram, [], 2), ("size", .gaugeHistogram, [], 2), ("plain", .counter, [], 1),
            ("never", .counter, [], 0), ("plain_total", .untyped, [], 1),
        ]
        #expect(summary.families.map(\.name).sorted() == expected.map(\.0).sorted())
        for (name, kind, labels, count) in expected {
            let family = try #require(summary[name])
            #expect(family.name == name && family.kind == kind && family.labelNames == labels && family.sampleCount == count)
        }
        #expect(summary["visits"]?.help == "Visits.")
    }

    @Test func `any bytes are read or refused, never more`() {
        var random = SeededGenerator(seed: 7)
        var tooMany: [String] = []
        let alphabet = Array("a_b{}=\"\\,# \tTYPEHLgauge1.e+N\n".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let summary = try? ExpositionSummary(parsing: text) else { continue }
            if summary.families.map(\.sampleCount).reduce(0, +) > text.split(separator: "\n").count { tooMany.append(text) }
        }
        #expect(tooMany == [])
    }
}
