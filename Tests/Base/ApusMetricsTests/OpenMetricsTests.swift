import ApusMetrics
import Testing

@Suite struct OpenMetricsTests {
    private static func encode(_ format: ExpositionFormat) -> String {
        var encoder = TextEncoder(format: format)
        encoder.begin(MetricFamily(name: "cpu_seconds_total", kind: .counter, help: "Says \"so\", \\ and\nmore."))
        encoder.sample("cpu_seconds_total", [("mode", "us\"er\\\n")], 0.5)
        encoder.begin(MetricFamily(name: "queue_depth", kind: .gauge, help: "Waiting."))
        encoder.sample("queue_depth", [], .nan)
        encoder.begin(MetricFamily(name: "wait_seconds", kind: .histogram, help: "Wait.", buckets: [1]))
        for bound in [1, Double.infinity] {
            let labels = Array("le=\"\(NumberText.bound(bound))\"".utf8)
            encoder.sample(prefix: TextEncoder.prefix("wait_seconds", suffix: "_bucket", labels: labels), 2 as UInt64)
        }
        encoder.sample(prefix: TextEncoder.prefix("wait_seconds", suffix: "_sum", labels: []), 1.5)
        encoder.sample(prefix: TextEncoder.prefix("wait_seconds", suffix: "_count", labels: []), 2 as UInt64)
        encoder.finish()
        encoder.finish()
        return String(decoding: encoder.bytes, as: UTF8.self)
    }

    @Test func `OpenMetrics is written to the letter`() {
        #expect(
            Self.encode(.openMetrics100) == #"""
                # TYPE cpu_seconds counter
                # UNIT cpu_seconds seconds
                # HELP cpu_seconds Says \"so\", \\ and\nmore.
                cpu_seconds_total{mode="us\"er\\\n"} 0.5
                # TYPE queue_depth gauge
                # HELP queue_depth Waiting.
                queue_depth NaN
                # TYPE wait_seconds histogram
                # UNIT wait_seconds seconds
                # HELP wait_seconds Wait.
                wait_seconds_bucket{le="1.0"} 2
                wait_seconds_bucket{le="+Inf"} 2
                wait_seconds_sum 1.5
                wait_seconds_count 2
                # EOF

                """#)
    }

    @Test func `series are the same bytes in both formats`() {
        let series = [ExpositionFormat.text004, .openMetrics100].map { format in
            Self.encode(format).split(separator: "\n").filter { !$0.hasPrefix("#") }
        }
        #expect(series[0] == series[1])
        #expect(series[0].count == 6)
        #expect(Self.encode(.text004).hasSuffix("wait_seconds_count 2\n"))
    }

    @Test func `a counter that cannot be told as one in OpenMetrics is of unknown type`() {
        for name in ["requests", "_total"] {
            var encoder = TextEncoder(format: .openMetrics100)
            encoder.begin(MetricFamily(name: name, kind: .counter, help: "H."))
            #expect(String(decoding: encoder.bytes, as: UTF8.self) == "# TYPE \(name) unknown\n# HELP \(name) H.\n")
        }
    }

    @Test(
        arguments: [
            (MetricFamily(name: "a_cups", kind: .gauge, help: "H.", unit: "cups"), "cups"),
            (MetricFamily(name: "a_cups_total", kind: .counter, help: "H.", unit: "cups"), "cups"),
            (MetricFamily(name: "a_seconds", kind: .gauge, help: "H.", unit: "cups"), "seconds"),
            (MetricFamily(name: "a_", kind: .gauge, help: "H.", unit: ""), nil),
            (MetricFamily(name: "a_seconds", kind: .stateSet, help: "H.", unit: "seconds"), nil),
            (MetricFamily(name: "a_seconds_info", kind: .info, help: "H."), nil),
        ] as [(MetricFamily, String?)])
    func `a declared unit counts when it ends the name, and kinds without a unit have none`(family: MetricFamily, unit: String?)
    {
        #expect(family.unit == unit)
    }

    @Test(
        arguments: [
            ("a_seconds", MetricKind.gauge, "seconds"), ("a_bytes_total", .counter, "bytes"), ("a_cpu_ratio", .gauge, "ratio"),
            ("a_percent", .gauge, "percent"), ("a_celsius", .gauge, "celsius"), ("a_joules_total", .counter, "joules"),
            ("a_bytes_total", .gauge, nil), ("a_total", .counter, nil), ("seconds", .gauge, nil), ("a_inseconds", .gauge, nil),
            ("seconds_a", .gauge, nil), ("a_info", .gauge, nil), ("a_seconds", .histogram, "seconds"),
        ] as [(String, MetricKind, String?)])
    func `the unit is the end of the name`(name: String, kind: MetricKind, unit: String?) {
        #expect(MetricFamily(name: name, kind: kind, help: "H.").unit == unit)
    }

    @Test(arguments: [
        ("x", MetricKind.histogram, "x_count", MetricKind.gauge, true), ("x", .histogram, "x_count_total", .counter, true),
        ("x", .histogram, "x_total", .counter, true), ("x_total", .counter, "x", .gauge, true),
        ("x_total", .counter, "x_created", .gauge, true), ("x", .histogram, "x", .gauge, true),
        ("x", .histogram, "x_counts", .gauge, false), ("x_total", .counter, "x_y_total", .counter, false),
        ("x", .gauge, "x_count", .gauge, false),
    ])
    func `families clash when a name of theirs is the same`(
        name: String, kind: MetricKind, other: String, otherKind: MetricKind, clash: Bool
    ) {
        let first = MetricFamily(name: name, kind: kind, help: "H.").claimedNames
        let second = MetricFamily(name: other, kind: otherKind, help: "H.").claimedNames
        #expect(!Set(first).isDisjoint(with: second) == clash)
        #expect(Set(first).count == first.count)
    }

    @Test func `each format has its content type`() {
        #expect(ExpositionFormat.text004.contentType == "text/plain; version=0.0.4; charset=utf-8")
        #expect(
            ExpositionFormat.openMetrics100.contentType == "application/openmetrics-text; version=1.0.0; charset=utf-8")
        #expect(
            ExpositionFormat.openMetrics200.contentType == "application/openmetrics-text; version=2.0.0; charset=utf-8")
        #expect(
            ExpositionFormat.protobuf.contentType
                == "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited")
        #expect(TextEncoder.contentType == ExpositionFormat.text004.contentType)
        #expect(ProtobufEncoder.contentType == ExpositionFormat.protobuf.contentType)
    }
}
