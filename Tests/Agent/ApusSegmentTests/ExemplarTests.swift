import ApusMetrics
import ApusSegment
import CLinux
import Testing
import SegmentTesting

@Suite struct ExemplarTests {
    private static let counter = MetricFamily(name: "a_total", kind: .counter, help: "x", keepsExemplars: true)
    private static let histogram = MetricFamily(
        name: "h", kind: .histogram, help: "x", buckets: [1, 2], keepsExemplars: true)

    private func exemplars(_ writer: SegmentWriter) throws -> [Exemplar?] {
        let contents = try SegmentContents(descriptor: writer.descriptor)
        try contents.refresh()
        return contents.reader.exemplars(contents.families[0].series[0].cells)
    }

    private func text(_ exemplar: Exemplar??) -> String? {
        (exemplar ?? nil).map { String(decoding: $0.labels, as: UTF8.self) }
    }

    @Test func `a counter keeps the last exemplar, with its value and the time`() throws {
        let before = Double(apus_realtime_nanoseconds()) / 1e9
        let writer = try SegmentWriter()
        let series = writer.series(Self.counter, labels: [], form: .integer)
        #expect(try exemplars(writer) == [])
        series.add(1 as UInt64, exemplar: [("trace_id", "first")])
        series.add(3 as UInt64, exemplar: [("trace_id", "a\"b\\\n"), ("span", ""), ("é", "")])
        let kept = try exemplars(writer)
        #expect(kept.count == 1)
        #expect(text(kept[0]) == #"trace_id="a\"b\\\n""#)
        #expect(kept[0]?.value == 3)
        #expect(try #require(kept[0]?.timestamp) >= before)
    }

    @Test func `a histogram keeps one for each bucket`() throws {
        let writer = try SegmentWriter()
        let series = writer.series(Self.histogram, labels: [], form: .histogram)
        for (value, name) in [(0.5, "low"), (1, "bound"), (7, "high")] { series.observe(value, exemplar: [("id", name)]) }
        let kept = try exemplars(writer)
        #expect(kept.map { text($0) } == [#"id="bound""#, nil, #"id="high""#])
        #expect(kept.map { $0?.value } == [1, nil, 7])
    }

    @Test(arguments: [
        [("1a", "x")], [("__a", "x")], [("a", "x"), ("a", "y")], [("a", String(repeating: "x", count: 128))],
        [("a", String(repeating: "🏔", count: 60))], [("a", String(repeating: "\n", count: 127))],
        (0..<65).map { ("a\($0)", "b") },
    ])
    func `one that OpenMetrics would refuse, or that has no room, is left out, and the count is not`(
        labels: [(String, String)]
    ) throws {
        let writer = try SegmentWriter()
        let series = writer.series(Self.counter, labels: [], form: .integer)
        series.add(2 as UInt64, exemplar: labels)
        #expect(try exemplars(writer) == [])
        let contents = try SegmentContents(descriptor: writer.descriptor)
        try contents.refresh()
        #expect(contents.integer(contents.families[0].series[0].cells) == 2)
    }

    @Test func `the longest one that fits is kept`() throws {
        let writer = try SegmentWriter()
        let value = String(repeating: "é", count: 115)
        writer.series(Self.counter, labels: [], form: .integer).add(1 as UInt64, exemplar: [("abc", value)])
        #expect(try text(exemplars(writer)[0]) == "abc=\"\(value)\"")
    }

    @Test func `values that are no numbers, and families without exemplars, keep none`() throws {
        let writer = try SegmentWriter()
        let series = writer.series(Self.histogram, labels: [], form: .histogram)
        for value in [Double.nan, .infinity, -.infinity] { series.observe(value, exemplar: [("a", "b")]) }
        #expect(try exemplars(writer) == [])
        let other = try SegmentWriter()
        let plain = MetricFamily(name: "a_total", kind: .counter, help: "x")
        other.series(plain, labels: [], form: .integer).add(1 as UInt64, exemplar: [("a", "b")])
        #expect(try exemplars(other) == [])
    }

    @Test func `what a reader sees while threads write is always one that was written whole`() async throws {
        let writer = try SegmentWriter()
        let series = writer.series(Self.counter, labels: [], form: .integer)
        let contents = try SegmentContents(descriptor: writer.descriptor)
        try contents.refresh()
        let cells = contents.families[0].series[0].cells
        let read = await withTaskGroup(of: Void.self, returning: Int.self) { group in
            for thread in 1...2 {
                group.addTask {
                    for turn in 1...50_000 {
                        let value = UInt64(thread * 1_000_000 + turn)
                        series.add(value, exemplar: [("id", String(repeating: "\(value)", count: 10))])
                    }
                }
            }
            var read = 0
            for _ in 0..<100_000 {
                guard let exemplar = contents.reader.exemplars(cells).first ?? nil else { continue }
                read += 1
                let value = "\(UInt64(exemplar.value))"
                #expect(String(decoding: exemplar.labels, as: UTF8.self) == "id=\"\(String(repeating: value, count: 10))\"")
            }
            return read
        }
        #expect(read > 0)
    }
}
