import ApusMetrics
import Testing

/// What each text format makes of one point, to the letter.
@Suite struct PointTextTests {
    private static let labels = LabelBytes.render([("path", "/\"a\"")])
    private static let traced = Exemplar(
        labels: LabelBytes.render([("trace_id", "7f")]), value: 0.75, timestamp: 1_520_430_001.5)
    private static let untimed = Exemplar(labels: [], value: 3, timestamp: nil)

    private static func lines(
        _ format: ExpositionFormat, _ family: MetricFamily, _ points: [Point], writesCreated: Bool = false
    ) -> String {
        var encoder = TextEncoder(format: format)
        encoder.writesCreated = writesCreated
        for point in points { encoder.point(point, of: family) }
        return String(decoding: encoder.bytes, as: UTF8.self)
    }

    @Test(arguments: [
        (ExpositionFormat.text004, false, "a_total{path=\"/\\\"a\\\"\"} 7\n"),
        (.openMetrics100, false, "a_total{path=\"/\\\"a\\\"\"} 7 # {trace_id=\"7f\"} 0.75 1520430001.5\n"),
        (
            .openMetrics100, true,
            "a_total{path=\"/\\\"a\\\"\"} 7 # {trace_id=\"7f\"} 0.75 1520430001.5\na_created{path=\"/\\\"a\\\"\"} 1520430000.123\n"
        ),
        (
            .openMetrics200, true,
            "a_total{path=\"/\\\"a\\\"\"} 7 st@1520430000.123 # {trace_id=\"7f\"} 0.75 1520430001.5\n"
        ),
    ])
    func `a counter has its exemplar and its beginning where the format has a place for them`(
        format: ExpositionFormat, writesCreated: Bool, expected: String
    ) {
        let point = Point(labels: Self.labels, value: .integer(7), created: 1_520_430_000.123, exemplars: [Self.traced])
        let family = MetricFamily(name: "a_total", kind: .counter, help: "H.")
        #expect(Self.lines(format, family, [point], writesCreated: writesCreated) == expected)
    }

    @Test func `a counter of unknown type has neither exemplar nor beginning in OpenMetrics 1`() {
        let point = Point(labels: [], value: .double(0.5), created: 1, exemplars: [Self.traced])
        let family = MetricFamily(name: "a", kind: .counter, help: "H.")
        #expect(Self.lines(.openMetrics100, family, [point], writesCreated: true) == "a 0.5\n")
        #expect(Self.lines(.openMetrics200, family, [point]) == "a 0.5 st@1 # {trace_id=\"7f\"} 0.75 1520430001.5\n")
    }

    @Test func `a histogram is cumulative, a line a bucket or all on one line`() {
        let family = MetricFamily(name: "h", kind: .histogram, help: "H.", buckets: [0.1, 1])
        let point = Point(
            labels: [], value: .histogram(counts: [2, 0, 3], sum: 4.5), created: 9, exemplars: [nil, Self.traced, Self.untimed])
        let plain = """
            h_bucket{le="0.1"} 2
            h_bucket{le="1.0"} 2
            h_bucket{le="+Inf"} 5
            h_sum 4.5
            h_count 5

            """
        #expect(Self.lines(.text004, family, [point], writesCreated: true) == plain)
        #expect(
            Self.lines(.openMetrics100, family, [point], writesCreated: true)
                == plain.replacing("\"1.0\"} 2", with: "\"1.0\"} 2 # {trace_id=\"7f\"} 0.75 1520430001.5")
                .replacing("Inf\"} 5", with: "Inf\"} 5 # {} 3") + "h_created 9\n")
        // Without a time there is no exemplar in 2.0.
        #expect(
            Self.lines(.openMetrics200, family, [point])
                == "h {count:5,sum:4.5,bucket:[0.1:2,1.0:2,+Inf:5]} st@9 # {trace_id=\"7f\"} 0.75 1520430001.5\n")
    }

    @Test func `a histogram with a bound below zero has neither sum nor count in OpenMetrics 1`() {
        let family = MetricFamily(name: "h", kind: .histogram, help: "H.", buckets: [-1.5])
        let point = Point(labels: [], value: .histogram(counts: [1, 1], sum: 4), created: 9)
        let buckets = "h_bucket{le=\"-1.5\"} 1\nh_bucket{le=\"+Inf\"} 2\n"
        #expect(Self.lines(.openMetrics100, family, [point]) == buckets)
        #expect(Self.lines(.text004, family, [point]) == buckets + "h_sum 4\nh_count 2\n")
        #expect(Self.lines(.openMetrics200, family, [point]) == "h {count:2,sum:4,bucket:[-1.5:1,+Inf:2]} st@9\n")
    }

    @Test(arguments: [(-0.5, false), (.nan, false), (0, true), (.infinity, true)])
    func `a sum that is no counter is left out of OpenMetrics 1`(sum: Double, isWritten: Bool) {
        let histogram = MetricFamily(name: "h", kind: .histogram, help: "H.", buckets: [1])
        let summary = MetricFamily(name: "s", kind: .summary, help: "H.")
        let text =
            Self.lines(.openMetrics100, histogram, [Point(labels: [], value: .histogram(counts: [1, 0], sum: sum))])
            + Self.lines(.openMetrics100, summary, [Point(labels: [], value: .summary(count: 1, sum: sum))])
        #expect(text.contains("h_sum") == isWritten)
        #expect(text.contains("h_count") == isWritten)
        #expect(text.contains("s_sum") == isWritten)
        #expect(text.contains("s_count 1\n"))
    }

    @Test func `a summary without quantiles`() {
        let family = MetricFamily(name: "s_seconds", kind: .summary, help: "H.")
        let point = Point(labels: Self.labels, value: .summary(count: 3, sum: 0.5), created: 7)
        let path = #"{path="/\"a\""}"#
        #expect(Self.lines(.text004, family, [point]) == "s_seconds_sum\(path) 0.5\ns_seconds_count\(path) 3\n")
        #expect(
            Self.lines(.openMetrics100, family, [point], writesCreated: true)
                == "s_seconds_sum\(path) 0.5\ns_seconds_count\(path) 3\ns_seconds_created\(path) 7\n")
        #expect(Self.lines(.openMetrics200, family, [point]) == "s_seconds\(path) {count:3,sum:0.5,quantile:[]} st@7\n")
    }

    @Test(arguments: ExpositionFormat.allCases.filter { $0 != .protobuf })
    func `an info is 1, and a state set has a line a state`(format: ExpositionFormat) {
        let info = MetricFamily(name: "build_info", kind: .info, help: "H.")
        #expect(
            Self.lines(format, info, [Point(labels: Self.labels, value: .info, created: 1)]) == #"build_info{path="/\"a\""} 1"#
                + "\n")
        let state = MetricFamily(name: "breaker", kind: .stateSet, help: "H.", states: ["open", "half \"open\"", "closed"])
        #expect(
            Self.lines(
                format, state, [Point(labels: Self.labels, value: .stateSet(1)), Point(labels: [], value: .stateSet(nil))])
                    == #"""
                    breaker{path="/\"a\"",breaker="open"} 0
                    breaker{path="/\"a\"",breaker="half \"open\""} 1
                    breaker{path="/\"a\"",breaker="closed"} 0
                    breaker{breaker="open"} 0
                    breaker{breaker="half \"open\""} 0
                    breaker{breaker="closed"} 0

                    """#)
    }

    @Test func `heads of families in OpenMetrics 2 have whole names`() {
        var encoder = TextEncoder(format: .openMetrics200)
        encoder.begin(MetricFamily(name: "cpu_seconds_total", kind: .counter, help: "Says \"so\"."))
        encoder.begin(MetricFamily(name: "requests", kind: .counter, help: "H."))
        encoder.begin(MetricFamily(name: "build_seconds_info", kind: .info, help: "H."))
        encoder.begin(MetricFamily(name: "build", kind: .info, help: "H."))
        encoder.begin(MetricFamily(name: "up_seconds", kind: .stateSet, help: "H.", states: ["a"]))
        encoder.begin(MetricFamily(name: "a:b", kind: .stateSet, help: "H.", states: ["a"]))
        encoder.begin(MetricFamily(name: "n_seconds", kind: .nativeHistogram, help: "H.", shape: .durations))
        encoder.finish()
        encoder.finish()
        #expect(
            String(decoding: encoder.bytes, as: UTF8.self) == #"""
                # TYPE cpu_seconds_total counter
                # UNIT cpu_seconds_total seconds
                # HELP cpu_seconds_total Says \"so\".
                # TYPE requests counter
                # HELP requests H.
                # TYPE build_seconds_info info
                # HELP build_seconds_info H.
                # TYPE build unknown
                # HELP build H.
                # TYPE up_seconds stateset
                # HELP up_seconds H.
                # TYPE a:b unknown
                # HELP a:b H.
                # TYPE n_seconds histogram
                # UNIT n_seconds seconds
                # HELP n_seconds H.
                # EOF

                """#)
    }

    @Test(arguments: ExpositionFormat.allCases)
    func `a value of another kind than its family's is left out`(format: ExpositionFormat) {
        for kind in MetricKind.allCases {
            let family = MetricFamily(name: "a", kind: kind, help: "H.", buckets: [1], shape: .durations, states: ["s"])
            var encoder = ExpositionEncoder(format: format)
            encoder.begin(family)
            let head = encoder.bytes
            let values: [PointValue] = [
                .integer(1), .double(1), .histogram(counts: [1, 1], sum: 1), .summary(count: 1, sum: 1), .info, .stateSet(0),
                .nativeHistogram(
                    NativeHistogramValue(
                        shape: .durations, zeroCount: 1, counts: Array(repeating: 0, count: 256), below: 0, above: 0, sum: 0)),
            ]
            let written = values.filter { value in
                let before = encoder.bytes.count
                encoder.point(Point(labels: [], value: value), of: family)
                return encoder.bytes.count > before
            }
            #expect(written.count == (kind == .counter || kind == .gauge ? 2 : 1), "\(kind)")
            #expect(encoder.bytes.starts(with: head))
        }
    }

    @Test(arguments: [
        (["k": 127], true), (["k": 128], false), (["kk": 63, "l": 62], true), (["kk": 63, "l": 63], false),
    ])
    func `an exemplar has at most 128 characters`(labels: [String: Int], isWritten: Bool) {
        // A character of four bytes and one that is escaped count as one each.
        for scalar in ["x", "\u{10FFFF}", "\\", "\"", "\n"] {
            let rendered = LabelBytes.render(labels.map { ($0, String(repeating: scalar, count: $1)) })
            let point = Point(labels: [], value: .integer(1), exemplars: [Exemplar(labels: rendered, value: 1, timestamp: nil)])
            let family = MetricFamily(name: "a_total", kind: .counter, help: "H.")
            #expect(Self.lines(.openMetrics100, family, [point]).contains("#") == isWritten)
        }
    }
}
