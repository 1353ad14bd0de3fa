import ApusMetrics
import ApusSegment
import CLinux
import Testing
import SegmentTesting

private typealias Entry = SegmentLayout.Entry

/// The fields of the later kinds, put wrong.
@Suite struct ReaderKindTests {
    @Test(
        arguments: [
            (4, [Entry.schema: 6, Entry.octaves: 1], "shape"), (4, [Entry.schema: .max, Entry.octaves: 1], "shape"),
            (4, [Entry.octaves: 0], "shape"), (4, [Entry.octaves: 513], "shape"), (4, [Entry.octaves: .max], "shape"),
            (4, [Entry.schema: 5, Entry.octaves: 17], "shape"),
            (4, [Entry.lowestExponent: UInt32(bitPattern: -1023), Entry.octaves: 1], "shape"),
            (4, [Entry.lowestExponent: 1023, Entry.octaves: 1], "shape"),
            (4, [Entry.lowestExponent: 1 << 31, Entry.octaves: 1], "shape"),
            (4, [Entry.octaves: 4, Entry.boundsCount: 1], "bucket bounds"),
            (1, [Entry.unitOffset: .max, Entry.unitLength: 1], "out of bounds"), (1, [Entry.unitLength: 65], "too long"),
            (1, [Entry.unitOffset: 2, Entry.unitLength: 3], "unit"),
            (2, [Entry.unitOffset: 9000, Entry.unitLength: 2], "unit of a_total is not UTF-8"),
            (7, [Entry.statesLength: 0], "states"), (7, [Entry.statesOffset: .max, Entry.statesLength: 9], "out of bounds"),
            (7, [Entry.statesLength: 8193], "too long"), (7, [Entry.statesOffset: 9000, Entry.statesLength: 2], "not UTF-8"),
            (7, [Entry.statesOffset: 9010, Entry.statesLength: 3], "twice"),
            (7, [Entry.statesOffset: 9010, Entry.statesLength: 2], "empty"),
            (7, [Entry.statesOffset: 9100, Entry.statesLength: 389], "too many"),
            (2, [Entry.flags: 1], "keeps no exemplars"), (4, [Entry.flags: 1, Entry.octaves: 1], "keeps no exemplars"),
        ] as [(UInt32, [Int: UInt32], String)])
    func `a family with a wrong field is refused, with the reason`(kind: UInt32, wrong: [Int: UInt32], words: String) throws {
        let segment = try HostileSegment()
        segment.soundFamily(kind: kind)
        segment.put([0xFF, 0xFE], at: 9000)
        segment.put(Array("a\na\n".utf8), at: 9010)
        segment.put(Array((100..<230).map { "\($0)" }.joined(separator: "\n").utf8), at: 9100)
        segment.entry(0, wrong)
        try expectMalformed(segment, words)
    }

    @Test func `states of combining marks are compared in no time`() throws {
        let start = ContinuousClock.now
        for _ in 0..<20 {
            let segment = try HostileSegment()
            segment.soundFamily(kind: 7)
            segment.put(Array("a\(String(repeating: "\u{0315}\u{0300}", count: 2047))bb\n".utf8), at: 9000)
            segment.entry(0, [Entry.statesOffset: 9000, Entry.statesLength: 8192])
            try expectMalformed(segment, "empty")
        }
        #expect(ContinuousClock.now - start < .seconds(1))
    }

    @Test(
        arguments: [
            (4, ValueForm.histogram, 8), (4, .nativeHistogram, 7), (4, .nativeHistogram, 9), (5, .summary, 1), (5, .summary, 3),
            (5, .integer, 1), (6, .integer, 1), (6, .info, 2), (6, .info, 0), (7, .double, 1), (7, .state, 2), (1, .state, 1),
            (2, .info, 1), (1, .summary, 2),
        ] as [(UInt32, ValueForm, UInt32)])
    func `a series of another form or size than its family has is refused`(
        kind: UInt32, form: ValueForm, cells: UInt32
    ) throws {
        let segment = try HostileSegment()
        family(segment, kind: kind)
        segment.series(labels: [], [Entry.kind: UInt32(form.rawValue), Entry.cellCount: cells])
        try expectMalformed(segment, "a_total")
    }

    @Test(arguments: [(5, "quantile"), (7, "a_total"), (7, "le")] as [(UInt32, String)])
    func `a label that is not the series' own to give is refused`(kind: UInt32, label: String) throws {
        let segment = try HostileSegment()
        family(segment, kind: kind)
        let form: ValueForm = kind == 5 ? .summary : .state
        segment.series(
            labels: Array("\(label)=\"x\"".utf8),
            [Entry.kind: UInt32(form.rawValue), Entry.cellCount: kind == 5 ? 2 : 1])
        try expectMalformed(segment, "not its own")
    }

    @Test(
        arguments: [
            (0, 8), (1, 12), (1, 4), (1, UInt32(SegmentLayout.arenaCapacity) - 264), (1, UInt32(SegmentLayout.arenaCapacity)),
            (1, .max - 7),
        ] as [(UInt32, UInt32)])
    func `exemplars out of bounds, or of a family that keeps none, are refused`(flags: UInt32, offset: UInt32) throws {
        let segment = try HostileSegment()
        segment.soundFamily()
        segment.entry(0, [Entry.flags: flags])
        segment.series(labels: [], [Entry.exemplarsOffset: offset])
        try expectMalformed(segment, "exemplars")
    }

    @Test(
        arguments: [
            ([0, 1, 0, 0], ""), ([3, 1, 0, 5], #"a="b""#), ([2, 1, 0, 241], ""), ([2, 1, 0, .max], ""),
            ([2, 1, Double.nan.bitPattern, 5], #"a="b""#), ([2, 1, 0, 4], #"a="b""#), ([2, 1, 0, 6], "a=\"\u{0}\n\""),
            ([2, 1, 0, 135], "a=\"" + String(repeating: "x", count: 131) + "\""),
        ] as [([UInt64], String)])
    func `an exemplar that is half written, wrong or too long is left out, and the series stays`(
        words: [UInt64], labels: String
    ) throws {
        let contents = try exemplar(words, Array(labels.utf8))
        #expect(contents.reader.exemplars(contents.families[0].series[0].cells) == [])
    }

    @Test(arguments: [UInt64.max, 7_258_118_400_000_000_000])
    func `a moment that no clock has shown yet is left out, of an exemplar and of a count`(moment: UInt64) throws {
        let contents = try exemplar([2, moment, (1.5).bitPattern, 5], Array(#"a="b""#.utf8))
        let exemplar = try #require(contents.reader.exemplars(contents.families[0].series[0].cells).first)
        #expect(exemplar?.timestamp == nil)
        #expect(exemplar?.value == 1.5)

        let segment = try HostileSegment()
        segment.soundFamily()
        segment.series(
            labels: [],
            [Entry.created: UInt32(truncatingIfNeeded: moment), Entry.created + 1: UInt32(truncatingIfNeeded: moment >> 32)])
        let counting = try SegmentContents(descriptor: segment.descriptor)
        try counting.refresh()
        #expect(counting.reader.created(counting.families[0].series[0].cells) == nil)
    }

    @Test func `a moment of another day's clock is kept`() throws {
        let moment = apus_realtime_nanoseconds() + 3600 * 1_000_000_000
        let contents = try exemplar([2, moment, (1.5).bitPattern, 5], Array(#"a="b""#.utf8))
        let exemplar = try #require(contents.reader.exemplars(contents.families[0].series[0].cells).first)
        #expect(exemplar?.timestamp == Double(moment) / 1e9)
    }

    @Test func `a sound exemplar is read, without a time where there is none`() throws {
        let contents = try exemplar([2, 0, (1.5).bitPattern, 5], Array(#"a="b""#.utf8))
        #expect(
            contents.reader.exemplars(contents.families[0].series[0].cells) == [
                Exemplar(labels: Array(#"a="b""#.utf8), value: 1.5, timestamp: nil)
            ])
    }

    private func exemplar(_ words: [UInt64], _ labels: [UInt8]) throws -> SegmentContents {
        let segment = try HostileSegment()
        segment.soundFamily()
        segment.entry(0, [Entry.flags: SegmentLayout.keepsExemplars])
        let slot = SegmentLayout.arenaCapacity - 272
        segment.put(words.flatMap { word in withUnsafeBytes(of: word) { Array($0) } }, at: slot)
        segment.put(labels, at: slot + 32)
        segment.series(labels: [], [Entry.exemplarsOffset: UInt32(slot)])
        let contents = try SegmentContents(descriptor: segment.descriptor)
        try contents.refresh()
        return contents
    }

    /// A sound family of a kind: one octave of four buckets, two states.
    private func family(_ segment: HostileSegment, kind: UInt32) {
        segment.soundFamily(kind: kind)
        segment.put(Array("on\noff".utf8), at: 9000)
        segment.entry(
            0,
            [Entry.schema: 2, Entry.octaves: 1, Entry.statesOffset: 9000, Entry.statesLength: kind == 7 ? 6 : 0])
    }

    private func expectMalformed(_ segment: HostileSegment, _ words: String) throws {
        let reader = try SegmentReader(descriptor: segment.descriptor)
        let error = #expect(throws: SegmentError.self) { try reader.refresh() }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "none")")
        if case .malformed = error {} else { Issue.record("\(String(describing: error))") }
    }
}
