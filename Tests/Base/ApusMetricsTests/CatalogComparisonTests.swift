import ApusMetrics
import Testing

private struct ZoneLabels: LabelSet {
    enum Key: String, LabelKey { case zone, rack }
    var zone = ""
    var rack = ""
    subscript(key: Key) -> String {
        switch key {
        case .zone: zone
        case .rack: rack
        }
    }
}

@Suite struct CatalogComparisonTests {
    private static let declared = [
        Gauge<ZoneLabels>("temperature_celsius", "Of a rack.").family,
        // Names of others: a counter without _total, a gauge with it.
        Counter<NoLabels>("connections_accepted", "Accepted.").family,
        Gauge<NoLabels>("memory_bytes_total", "Installed.").family,
        Histogram<NoLabels>("wait_seconds", "Waiting.").family,
    ]

    private static let agreeing = """
        # TYPE temperature_celsius gauge
        temperature_celsius{zone="a"} 1
        temperature_celsius{rack="b"} 1
        # TYPE connections_accepted counter
        connections_accepted 1
        # TYPE memory_bytes_total gauge
        memory_bytes_total 1
        # TYPE wait_seconds histogram
        wait_seconds_bucket{le="+Inf"} 1
        wait_seconds_sum 1
        wait_seconds_count 1

        """

    private static func differences(_ text: String, targetLabels: Set<String> = []) throws -> [CatalogDifference] {
        CatalogComparison(declared: declared, targetLabels: targetLabels, live: try ExpositionSummary(parsing: text))
            .differences
    }

    @Test func `a target that serves what is declared differs in nothing`() throws {
        #expect(try Self.differences(Self.agreeing) == [])
    }

    @Test(
        arguments: [
            (
                "# TYPE connections_accepted counter", "# TYPE connections_accepted gauge",
                [.wrongType("connections_accepted", declared: "counter", served: "gauge")]
            ),
            ("# TYPE connections_accepted counter", "# TYPE connections_accepted untyped", []),
            ("# TYPE connections_accepted counter\nconnections_accepted 1\n", "", [.missing("connections_accepted")]),
            ("connections_accepted 1\n", "", [.withoutSamples("connections_accepted")]),
            ("{rack=\"b\"}", "{zone=\"b\"}", [.missingLabels("temperature_celsius", ["rack"])]),
            ("{rack=\"b\"}", "{rack=\"\"}", []),
            (
                "{rack=\"b\"}", "{row=\"b\"}",
                [.missingLabels("temperature_celsius", ["rack"]), .extraLabels("temperature_celsius", ["row"])]
            ),
            ("wait_seconds_sum", "wait_seconds_sum{le=\"1\"}", []),
            ("wait_seconds_sum", "wait_seconds_sum{quantile=\"1\"}", [.extraLabels("wait_seconds", ["quantile"])]),
            ("memory_bytes_total 1", "memory_bytes_total 1\nother 1", [.undeclared("other")]),
        ] as [(String, String, [CatalogDifference])])
    func `each way to differ is told`(part: String, change: String, expected: [CatalogDifference]) throws {
        let text = Self.agreeing.replacing(part, with: change)
        #expect(text != Self.agreeing)
        #expect(try Self.differences(text) == expected)
    }

    @Test func `labels of the target are no difference`() throws {
        let text = Self.agreeing.replacing("connections_accepted 1", with: "connections_accepted{service=\"a\"} 1")
        #expect(try Self.differences(text) == [.extraLabels("connections_accepted", ["service"])])
        #expect(try Self.differences(text, targetLabels: ["service"]) == [])
    }

    @Test func `labels that some series of a family may have are a difference of all others alone`() throws {
        let text = Self.agreeing.replacing("connections_accepted 1", with: "connections_accepted{name=\"a\"} 1")
            .replacing("memory_bytes_total 1", with: "memory_bytes_total{name=\"a\"} 1")
        let live = try ExpositionSummary(parsing: text)
        let comparison = CatalogComparison(
            declared: Self.declared, optionalLabels: { $0.name == "connections_accepted" ? ["name"] : [] }, live: live)
        #expect(comparison.differences == [.extraLabels("memory_bytes_total", ["name"])])
    }

    @Test func `what is served beyond the declarations contradicts none`() throws {
        let live = try ExpositionSummary(parsing: "other 1\n# TYPE connections_accepted gauge\nconnections_accepted 1\n")
        let comparison = CatalogComparison(declared: [Self.declared[1]], live: live)
        #expect(comparison.differences.count == 2)
        #expect(
            comparison.contradictions == [.wrongType("connections_accepted", declared: "counter", served: "gauge")])
    }

    @Test func `every family of every kind is read back as it was declared`() throws {
        enum Light: String, CaseIterable { case red, green }
        let families =
            Self.declared + [
                Counter<ZoneLabels>("requests_total", "Requests.").family,
                StateSet<Light, ZoneLabels>("light", "Of a rack.").family, Info<ZoneLabels>("rack_info", "Facts.").family,
                Summary<ZoneLabels>("pause_seconds", "Pauses.").family,
                NativeHistogram<ZoneLabels>("delay_seconds", "Delays.").family,
            ]
        #expect(Set(families.map(\.kind)) == Set(MetricKind.allCases))
        var encoder = TextEncoder()
        for family in families {
            let labels = LabelBytes.render([("service", "api")] + family.labelNames.map { ($0, "x") })
            encoder.begin(family)
            encoder.point(Point(labels: labels, value: Self.value(of: family)), of: family)
        }
        let live = try ExpositionSummary(parsing: String(decoding: encoder.bytes, as: UTF8.self))
        #expect(CatalogComparison(declared: families, targetLabels: ["service"], live: live).differences == [])
    }

    private static func value(of family: MetricFamily) -> PointValue {
        switch family.kind {
        case .counter, .gauge: .integer(1)
        case .info: .info
        case .stateSet: .stateSet(0)
        case .summary: .summary(count: 1, sum: 1)
        case .histogram: .histogram(counts: Array(repeating: 1, count: family.buckets.count + 1), sum: 1)
        case .nativeHistogram:
            .nativeHistogram(
                NativeHistogramValue(
                    shape: .durations, zeroCount: 1, counts: Array(repeating: 0, count: NativeShape.durations.bucketCount),
                    below: 0, above: 0, sum: 0))
        }
    }
}
