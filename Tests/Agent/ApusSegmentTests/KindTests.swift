import ApusMetrics
import ApusSegment
import CLinux
import Testing
import SegmentTesting

/// Each kind from the writer to the reader.
@Suite struct KindTests {
    @Test func `a summary counts and sums, and leaves NaN out of the sum`() throws {
        let writer = try SegmentWriter()
        let series = writer.series(MetricFamily(name: "s", kind: .summary, help: "x"), labels: [], form: .summary)
        for value in [1.5, -0.5, .nan] { series.summarize(value) }
        #expect(try point(writer) == .summary(count: 3, sum: 1))
    }

    @Test func `a state set is in no state, then in the one that was set last`() throws {
        let writer = try SegmentWriter()
        let family = MetricFamily(name: "breaker", kind: .stateSet, help: "x", states: ["closed", "open", "ajar é"])
        let series = writer.series(family, labels: [], form: .state)
        #expect(try point(writer) == .stateSet(nil))
        for state in [1, 3] as [UInt64] {
            series.set(state: state)
            #expect(try point(writer) == .stateSet(Int(state) - 1))
        }
        // None that the family has.
        series.set(state: 4)
        #expect(try point(writer) == .stateSet(nil))
        let contents = try SegmentContents(descriptor: writer.descriptor)
        try contents.refresh()
        #expect(contents.families[0].family.states == ["closed", "open", "ajar é"])
    }

    @Test func `an info is there with its labels`() throws {
        let writer = try SegmentWriter()
        _ = writer.series(
            MetricFamily(name: "build_info", kind: .info, help: "x"), labels: [("version", "1\n2")], form: .info)
        #expect(try point(writer) == .info)
    }

    @Test func `unit, shape and exemplars' flag come through`() throws {
        let writer = try SegmentWriter()
        let shape = try NativeShape(schema: 5, lowestExponent: -1022, octaves: 16)
        let families = [
            MetricFamily(name: "lag_fortnights", kind: .nativeHistogram, help: "x", unit: "fortnights", shape: shape),
            MetricFamily(name: "work_parsecs_total", kind: .counter, help: "x", unit: "parsecs", keepsExemplars: true),
        ]
        _ = writer.series(families[0], labels: [], form: .nativeHistogram)
        _ = writer.series(families[1], labels: [], form: .double)
        let reader = try SegmentReader(descriptor: writer.descriptor)
        try reader.refresh()
        #expect(reader.families == families)
    }

    @Test func `a count says when it began, also after it was set back; what does not count says nothing`() throws {
        let before = Double(apus_realtime_nanoseconds()) / 1e9
        let writer = try SegmentWriter()
        let counter = writer.series(MetricFamily(name: "a_total", kind: .counter, help: "x"), labels: [], form: .integer)
        _ = writer.series(MetricFamily(name: "g", kind: .gauge, help: "x"), labels: [], form: .double)
        let contents = try SegmentContents(descriptor: writer.descriptor)
        try contents.refresh()
        let cells = contents.families.map { $0.series[0].cells }
        let created = try #require(contents.reader.created(cells[0]))
        #expect(created >= before && created <= Double(apus_realtime_nanoseconds()) / 1e9)
        #expect(contents.reader.created(cells[1]) == nil)
        counter.add(3 as UInt64)
        counter.reset()
        #expect(contents.integer(cells[0]) == 0)
        #expect(try #require(contents.reader.created(cells[0])) > created)
    }

    @Test func `many series are read at once as one by one`() throws {
        let writer = try SegmentWriter()
        let integers = MetricFamily(name: "a_total", kind: .counter, help: "x")
        let doubles = MetricFamily(name: "b", kind: .gauge, help: "x")
        for number in 0..<1000 {
            writer.series(integers, labels: [("n", "\(number)")], form: .integer).add(UInt64(number * number))
            writer.series(doubles, labels: [("n", "\(number)")], form: .double).set(Double(number) / 3)
        }
        let contents = try SegmentContents(descriptor: writer.descriptor)
        try contents.refresh()
        let cells = contents.families.map { $0.series.map(\.cells) }
        var whole = [UInt64](repeating: .max, count: 500)
        contents.reader.readIntegers(cells[0][100..<600], into: &whole)
        #expect(whole == (100..<600).map { UInt64($0 * $0) })
        var fractions = [UInt64](repeating: 7, count: 1001)
        contents.reader.readDoubleBits(cells[1][...], into: &fractions)
        #expect(fractions == (0..<1000).map { (Double($0) / 3).bitPattern } + [7])
        // Fewer places than series: the rest stays unread.
        contents.reader.readDoubleBits((cells[0] + cells[1])[...], into: &fractions)
        #expect(fractions.prefix(3).map(Double.init(bitPattern:)) == [0, 1, 4])
    }

    /// The one series of the one family.
    private func point(_ writer: SegmentWriter) throws -> PointValue {
        let contents = try SegmentContents(descriptor: writer.descriptor)
        try contents.refresh()
        return contents.reader.point(contents.families[0].series[0].cells, of: contents.families[0].family)
    }
}
