import ApusMetrics
import ApusSegment
import Testing
import SegmentTesting

/// Whatever a service declares and gives as labels, no reader refuses its segment for it.
@Suite struct RecordableTests {
    static let odd: [MetricFamily] = [
        MetricFamily(name: "help", kind: .gauge, help: String(repeating: "é🏔", count: 2000)),
        MetricFamily(name: "help_of_one", kind: .gauge, help: "a" + String(repeating: "\u{301}", count: 5000)),
        MetricFamily(name: "bounds", kind: .histogram, help: "", buckets: [3, .nan, 1, 1, .infinity, -.infinity, -0.0, 0]),
        MetricFamily(name: "no_bounds", kind: .histogram, help: ""),
        MetricFamily(name: "bounds_of_a_gauge", kind: .gauge, help: "", buckets: [1]),
        MetricFamily(name: "unit", kind: .gauge, help: "", unit: "seconds"),
        MetricFamily(name: "empty_", kind: .gauge, help: "", unit: ""),
        MetricFamily(name: "x_info", kind: .info, help: "", unit: "info"),
        MetricFamily(name: "shapeless", kind: .nativeHistogram, help: ""),
        MetricFamily(name: "shape_of_a_counter", kind: .counter, help: "", shape: .durations),
        MetricFamily(name: "exemplars_of_a_gauge", kind: .gauge, help: "", keepsExemplars: true),
        MetricFamily(name: "states_of_a_gauge", kind: .gauge, help: "", states: ["a", "a"]),
        MetricFamily(name: "state", kind: .stateSet, help: "", states: ["a"]),
        MetricFamily(name: "s", kind: .summary, help: ""),
    ]

    static let unusable: [MetricFamily] = [
        MetricFamily(name: "", kind: .gauge, help: ""), MetricFamily(name: "1", kind: .gauge, help: ""),
        MetricFamily(name: "none", kind: .stateSet, help: ""),
        MetricFamily(name: "void", kind: .stateSet, help: "", states: [""]),
        MetricFamily(name: "line", kind: .stateSet, help: "", states: ["a\nb"]),
        MetricFamily(name: "crlf", kind: .stateSet, help: "", states: ["a\r\nb"]),
        MetricFamily(name: "twice", kind: .stateSet, help: "", states: ["é", "e\u{301}"]),
        MetricFamily(name: "many", kind: .stateSet, help: "", states: (0...64).map { "\($0)" }),
        MetricFamily(name: "long", kind: .stateSet, help: "", states: [String(repeating: "x", count: 9000)]),
    ]

    static let labels: [[(String, String)]] = [
        [], [("", "x")], [("_", "x"), ("__", "y"), ("___1", "z")], [("service", "x"), ("instance", "y"), ("le", "1")],
        [("quantile", "0.5"), ("state", "a")], [("a", "1"), ("a", "2")], [("a.b", "1"), ("a_b", "2"), ("a-b", "3")],
        [("é", "\u{0}\u{7F}"), ("x", "\r\n\"\\")], [("long", String(repeating: "x", count: 20_000))],
        [(String(repeating: "n", count: 17_000), "x")],
    ]

    @Test func `families and labels that are wrong are mended or dropped, and the rest is read`() throws {
        let writer = try SegmentWriter()
        for family in Self.odd + Self.unusable {
            for labels in Self.labels {
                for form in ValueForm.allCases {
                    let series = writer.series(family, labels: labels, form: form)
                    // Recording in every way on cells of every form.
                    series.add(1 as UInt64)
                    series.add(0.5)
                    for value in [1, Double.nan, -Double.infinity] { series.record(value) }
                    series.observe(1e300, exemplar: labels)
                    series.add(Double.infinity, exemplar: labels)
                    series.reset()
                }
            }
        }
        let contents = try SegmentContents(descriptor: writer.descriptor)
        try contents.refresh()
        let read = contents.families.map(\.family)
        #expect(Set(Self.odd.map(\.name)).subtracting(read.map(\.name)).isEmpty)
        #expect(Set(read.map(\.name)).isDisjoint(with: Self.unusable.map(\.name)))
        #expect(read.first { $0.name == "bounds" }?.buckets == [0, 1, 3])
        #expect(read.first { $0.name == "no_bounds" }?.buckets == defaultDurationBuckets)
        #expect(read.first { $0.name == "shapeless" }?.shape == .durations)
        #expect(read.allSatisfy { $0.declaredUnit == nil && !$0.keepsExemplars })
        for family in contents.families {
            for series in family.series {
                #expect(contents.reader.exemplars(series.cells).isEmpty)
                _ = contents.reader.point(series.cells, of: family.family)
            }
        }
    }

    @Test func `a label that belongs to the reading side is kept under another name`() throws {
        let writer = try SegmentWriter()
        let family = MetricFamily(name: "s", kind: .summary, help: "x")
        _ = writer.series(family, labels: [("service", "a"), ("le", "b"), ("quantile", "c"), ("__x", "d")], form: .summary)
        let contents = try SegmentContents(descriptor: writer.descriptor)
        try contents.refresh()
        #expect(
            String(decoding: contents.families[0].series[0].labels, as: UTF8.self)
                == #"exported_le="b",exported_quantile="c",exported_service="a",x="d""#)
    }
}
