import ApusSegment
import Testing
import SegmentTesting

private typealias Entry = SegmentLayout.Entry

/// What a hostile writer could make the reader spend.
@Suite struct ReaderBoundsTests {
    @Test func `a label without a value is an absent one: the series without it is the same`() throws {
        let segment = try HostileSegment()
        segment.soundFamily()
        segment.series(1)
        segment.series(2, labels: Array(#"a="""#.utf8))
        let reader = try SegmentContents(descriptor: segment.descriptor)
        #expect(throws: SegmentError.malformed(entry: 2, "a series of a_total is there twice")) { try reader.refresh() }
        #expect(reader.seriesCount == 1)
    }

    @Test func `as many families as the limit allows series are read, each with its own, and no more`() throws {
        let segment = try HostileSegment()
        for index in 0..<20 {
            family(segment, index * 2, number: index, help: (0, 0))
            segment.entry(
                index * 2 + 1,
                [
                    Entry.tag: SegmentLayout.Tag.series, Entry.kind: UInt32(ValueForm.integer.rawValue),
                    Entry.family: UInt32(index * 2), Entry.cellCount: 1,
                ])
        }
        let reader = try SegmentContents(descriptor: segment.descriptor)
        try reader.refresh(limit: 7)
        #expect(reader.seriesCount == 7)
        #expect(reader.families.count == 7)
    }

    @Test func `a flood of families without series ends at the limit`() throws {
        let segment = try HostileSegment()
        for index in 0..<50_000 { family(segment, index, number: index, help: (0, 0)) }
        let reader = try SegmentContents(descriptor: segment.descriptor)
        try reader.refresh(limit: 1000)
        #expect(reader.families.count == 1001)
        #expect(try !reader.refresh(limit: 1000))
    }

    @Test func `entries that share one long text are refused before the copies outgrow the segment`() throws {
        let segment = try HostileSegment()
        let help = [UInt8](repeating: UInt8(ascii: "h"), count: SegmentLayout.longestHelp)
        segment.put(help, at: 16 << 20)
        let enough = SegmentLayout.arenaCapacity / help.count
        for index in 0..<enough { family(segment, index, number: index, help: (16 << 20, help.count)) }
        let reader = try SegmentContents(descriptor: segment.descriptor)
        let error = #expect(throws: SegmentError.self) { try reader.refresh() }
        #expect(error?.description.contains("longer together") == true)
        #expect(reader.families.count < enough)
    }

    private func family(_ segment: HostileSegment, _ entry: Int, number: Int, help: (offset: Int, length: Int)) {
        let name = Array("family_\(number)".utf8)
        segment.put(name, at: 64 + number * 16)
        segment.entry(
            entry,
            [
                Entry.tag: SegmentLayout.Tag.family, Entry.kind: 1, Entry.textOffset: UInt32(64 + number * 16),
                Entry.textLength: UInt32(name.count), Entry.helpOffset: UInt32(help.offset),
                Entry.helpLength: UInt32(help.length),
            ])
    }
}
