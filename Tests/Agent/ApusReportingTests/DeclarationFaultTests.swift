import ApusMetrics
import Testing

@Suite struct DeclarationFaultTests {
    private enum Light: String, CaseIterable { case red, green }
    private struct LightLabels: LabelSet {
        enum Key: String, LabelKey { case light }
        subscript(key: Key) -> String { "x" }
    }

    @Test(arguments: [
        (MetricFamily(name: "a", kind: .info, help: "x"), "ends in _info"),
        (MetricFamily(name: "_info", kind: .info, help: "x"), "ends in _info"),
        (MetricFamily(name: "a_info", kind: .info, help: "x", unit: "info"), "has no unit"),
        (MetricFamily(name: "a_bytes", kind: .gauge, help: "x", unit: "seconds"), "end in its unit, _seconds"),
        (MetricFamily(name: "a_seconds", kind: .gauge, help: "x", unit: ""), "end in its unit"),
        (MetricFamily(name: "a_total_seconds_total", kind: .counter, help: "x", unit: "total"), "_total before _total"),
        (MetricFamily(name: "a", kind: .gauge, help: "x", buckets: [1]), "only a histogram has buckets"),
        (MetricFamily(name: "a", kind: .nativeHistogram, help: "x"), "has a shape"),
        (MetricFamily(name: "a", kind: .gauge, help: "x", shape: .durations), "nothing else has one"),
        (MetricFamily(name: "a", kind: .summary, help: "x", keepsExemplars: true), "keep exemplars"),
        (MetricFamily(name: "a", kind: .summary, help: "x", labelNames: ["quantile"]), "quantile"),
        (MetricFamily(name: "a", kind: .gauge, help: "x", states: ["b"]), "only a state set"),
        (MetricFamily(name: "a", kind: .stateSet, help: "x"), "1 to 64 states, not 0"),
        (MetricFamily(name: "a", kind: .stateSet, help: "x", states: (0...64).map { "\($0)" }), "not 65"),
        (MetricFamily(name: "a", kind: .stateSet, help: "x", states: ["b", "b"]), "state is declared twice"),
        (MetricFamily(name: "a", kind: .stateSet, help: "x", states: ["b", ""]), "empty"),
        (MetricFamily(name: "a", kind: .stateSet, help: "x", states: ["b\r\nc"]), "line break"),
        (MetricFamily(name: "a", kind: .stateSet, help: "x", labelNames: ["a"], states: ["b"]), "tells the state"),
        (MetricFamily(name: "a", kind: .stateSet, help: "x", unit: "a", states: ["b"]), "has no unit"),
    ])
    func `a declaration that breaks a rule of its kind is told so, and of that rule alone`(
        family: MetricFamily, words: String
    ) {
        #expect(family.faults.count == 1, "\(family.faults)")
        #expect(family.faults.contains { $0.contains(words) }, "\(family.faults)")
    }

    @Test func `a declaration of each kind that keeps the rules has no faults`() {
        let families = [
            Counter<NoLabels>("a_parsecs_total", "x", unit: "parsecs", exemplars: true).family,
            Gauge<NoLabels>("a_parsecs", "x", unit: "parsecs").family,
            Histogram<NoLabels>("a_parsecs", "x", buckets: [1], unit: "parsecs", exemplars: true).family,
            NativeHistogram<NoLabels>("a_parsecs", "x", unit: "parsecs").family,
            Summary<NoLabels>("a_parsecs", "x", unit: "parsecs").family, Info<NoLabels>("a_info", "x").family,
            StateSet<Light, NoLabels>("light", "x").family,
        ]
        for family in families { #expect(family.faults.isEmpty, "\(family.faults)") }
        #expect(families.map(\.kind) == [.counter, .gauge, .histogram, .nativeHistogram, .summary, .info, .stateSet])
        #expect(families.last?.states == ["red", "green"])
        #expect(!StateSet<Light, LightLabels>("light", "x").family.faults.isEmpty)
    }
}
