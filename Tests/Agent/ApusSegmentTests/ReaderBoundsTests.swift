import ApusSegment
import CLinux
import Foundation
import Glibc
import Testing
import SegmentTesting

private typealias Entry = SegmentLayout.Entry

/// What a hostile writer could make the reader spend.
@Suite struct ReaderBoundsTests {
    @Test func `a segment whose file has a lease is refused at once, and not waited for`() throws {
        let made = apus_memfd_create("leased")
        try #require(made >= 0 && ftruncate(made, off_t(SegmentLayout.size)) == 0 && apus_memfd_seal(made) == 0)
        // The kernel counts as writers those who have opened the file.
        let leased = open("/proc/self/fd/\(made)", O_RDWR | O_CLOEXEC)
        close(made)
        defer { close(leased) }
        signal(SIGIO, SIG_IGN)
        // F_SETLEASE of fcntl(2), which Swift's Glibc lacks.
        try #require(fcntl(leased, 1024, F_WRLCK) == 0)
        let start = ContinuousClock.now
        #expect(throws: SegmentError.leased) { try SegmentReader(descriptor: leased) }
        // The kernel gives a holder 45 s (fs.lease-break-time).
        #expect(start.duration(to: .now) < .seconds(20))
    }

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
                    Entry.family: UInt32(index * 2), Entry.firstCell: UInt32(index), Entry.cellCount: 1,
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

    @Test func `entries that share one long text cost whoever keeps them the text each time`() throws {
        let segment = try HostileSegment()
        let help = [UInt8](repeating: UInt8(ascii: "h"), count: SegmentLayout.longestHelp)
        segment.put(help, at: 16 << 20)
        for index in 0..<100 { family(segment, index, number: index, help: (16 << 20, help.count)) }
        let reader = try SegmentReader(descriptor: segment.descriptor)
        var left = 50 * help.count
        let isNew = try reader.refresh(
            mayTake: { bytes in
                left -= bytes
                return left >= 0
            }
        ) { _, _ in }
        #expect(isNew && (10..<50).contains(reader.families.count))
        #expect(reader.unread == 100 - reader.families.count && !reader.hasMore)
        // With room again it goes on where it was.
        try reader.refresh()
        #expect(reader.families.count == 100 && reader.unread == 0)
    }

    @Test func `reading holes costs neither the memory's owner nor the reader a page`() throws {
        let segment = try HostileSegment()
        segment.set32(UInt32(SegmentLayout.mostPlanes), header: SegmentLayout.Header.planes)
        segment.soundFamily(kind: 3, bounds: [1, 2, 3, 4])
        let slot = 1 << 20
        segment.entry(0, [Entry.flags: SegmentLayout.keepsExemplars])
        for index in 1...2000 {
            segment.put(Array("a=\"\(index)\"".utf8), at: 2048 + index * 16)
            segment.entry(
                index,
                [
                    Entry.tag: SegmentLayout.Tag.series, Entry.kind: UInt32(ValueForm.histogram.rawValue), Entry.family: 0,
                    Entry.textOffset: UInt32(2048 + index * 16), Entry.textLength: UInt32("a=\"\(index)\"".utf8.count),
                    Entry.firstCell: UInt32((index - 1) * 6), Entry.cellCount: 6,
                    Entry.exemplarsOffset: UInt32(slot + index * 2048),
                ])
        }
        // One cell of one plane, on the last page of many.
        segment.set(7, cell: 1999 * 6, plane: 5)
        let before = segment.blocks
        let contents = try SegmentContents(descriptor: segment.descriptor)
        try contents.refresh()
        let cells = contents.families[0].series.map(\.cells)
        var values = [UInt64](repeating: 1, count: cells.count * 8)
        for _ in 0..<2 {
            contents.reader.readHistograms(cells[...], stride: 8, into: &values)
            for one in cells {
                #expect(contents.reader.exemplars(one).isEmpty)
                _ = (contents.sum(one), contents.bucket(one, 2), contents.reader.point(one, of: contents.families[0].family))
            }
        }
        #expect(values[1999 * 8] == 7 && values[..<(1999 * 8)].enumerated().allSatisfy { $0.offset % 8 > 5 || $0.element == 0 })
        #expect(before > 0 && segment.blocks == before)
        // What is written later is seen, wherever it is.
        segment.set(3, cell: 0, plane: 7)
        #expect(contents.bucket(cells[0], 0) == 3)
    }

    @Test func `a series with too many labels or too long ones is left out, and those beside it are read`() throws {
        let segment = try HostileSegment()
        segment.soundFamily()
        let many = (0..<65).map { "a\($0)=\"\"" }.joined(separator: ",")
        let value = "a=\"" + String(repeating: "x", count: 1025) + "\""
        let long = (0..<9).map { "b\($0)=\"" + String(repeating: "x", count: 500) + "\"" }.joined(separator: ",")
        for (index, labels) in ["a=\"1\"", many, value, long, "a=\"2\""].enumerated() {
            segment.series(index + 1, labels: Array(labels.utf8))
        }
        let contents = try SegmentContents(descriptor: segment.descriptor)
        try contents.refresh()
        #expect(contents.families[0].series.map(\.labels) == ["a=\"1\"", "a=\"2\""].map { Array($0.utf8) })
        #expect(contents.reader.clippedCount == 3 && contents.reader.unread == 0)
        #expect(contents.reader.firstClip?.family == "a_total")
        #expect(contents.reader.firstClip?.reason.contains("64") == true)
    }

    @Test func `a segment is read in slices, and says while there is more`() throws {
        let segment = try HostileSegment()
        segment.soundFamily()
        for index in 1...25 { segment.series(index, labels: Array("a=\"\(index)\"".utf8)) }
        let reader = try SegmentReader(descriptor: segment.descriptor)
        var counts: [Int] = []
        repeat {
            try reader.refresh(slice: 10) { _, _ in }
            counts.append(reader.seriesCount)
        } while reader.hasMore
        #expect(counts == [9, 19, 25])
    }

    /// A histogram with five hundred buckets has a page of its own: they would count as the reader's for as long as they are mapped.
    @Test func `of the memory that is shared no more than a bound stays mapped for a reader`() throws {
        let (segment, count) = (try HostileSegment(), 3000)
        segment.soundFamily(kind: 3, bounds: (0..<510).map { Double($0) })
        for index in 1...count {
            let labels = Array("a=\"\(index)\"".utf8)
            segment.put(labels, at: 8192 + index * 32)
            segment.entry(
                index,
                [
                    Entry.tag: SegmentLayout.Tag.series, Entry.kind: UInt32(ValueForm.histogram.rawValue),
                    Entry.textOffset: UInt32(8192 + index * 32), Entry.textLength: UInt32(labels.count),
                    Entry.firstCell: UInt32((index - 1) * 512), Entry.cellCount: 512,
                ])
            segment.set(UInt64(index), cell: (index - 1) * 512, plane: 0)
        }
        let reader = try SegmentReader(descriptor: segment.descriptor)
        var cells: [CellRange] = []
        try reader.refresh { cells.append($1.cells) }
        let expected = (1...count).map { UInt64($0) }
        #expect(cells.map { reader.bucket($0, 0) } == expected)
        let mapped = Self.mappedForReading("memfd:hostile")
        // All of them are twelve megabytes.
        #expect(mapped > 0 && mapped < 4096, "\(mapped) kB")
        #expect(cells.map { reader.bucket($0, 0) } == expected)
        // Many at a time are mapped and given back; what is copied next to them is the same.
        var counts = [UInt64](repeating: 0, count: 100 * 512)
        for first in stride(from: 0, to: count, by: 100) {
            reader.readHistograms(cells[first..<first + 100], stride: 512, into: &counts)
            #expect((0..<100).map { counts[$0 * 512] } == Array(expected[first..<first + 100]))
        }
        #expect(Self.mappedForReading("memfd:hostile") < 4096)
        #expect(cells.map { reader.bucket($0, 0) } == expected)
    }

    /// The kilobytes that are resident of files of a name which are mapped for reading alone.
    private static func mappedForReading(_ name: String) -> Int {
        var (sum, isMeant) = (0, false)
        let maps = FileHandle(forReadingAtPath: "/proc/self/smaps")?.readDataToEndOfFile() ?? Data()
        for line in String(decoding: maps, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: " ")
            if fields.count > 1, fields[1].utf8.count == 4, fields[1].hasSuffix("s") || fields[1].hasSuffix("p") {
                isMeant = fields[1] == "r--s" && line.contains(name)
            } else if isMeant, fields.first == "Rss:", fields.count > 1 {
                sum += Int(fields[1]) ?? 0
            }
        }
        return sum
    }

    @Test func `series that are left out because of their labels take nothing of the memory, and what is refused stays unread`()
        throws
    {
        let segment = try HostileSegment()
        segment.soundFamily()
        let long = Array("a=\"\(String(repeating: "x", count: 2000))\"".utf8)
        for index in 1...20 { segment.series(index, labels: long) }
        for index in 21...22 { segment.series(index, labels: Array("a=\"\(index)\"".utf8)) }
        let reader = try SegmentReader(descriptor: segment.descriptor)
        var asked: [Int] = []
        // The family, and the first of the two that are kept.
        var allowance = 2
        func take(_ bytes: Int) -> Bool {
            asked.append(bytes)
            allowance -= 1
            return allowance >= 0
        }
        try reader.refresh(mayTake: take) { _, _ in }
        #expect(reader.seriesCount == 1 && reader.clippedCount == 20 && reader.unread == 1)
        #expect(asked.count == 3 && asked.dropFirst().allSatisfy { $0 < 200 })
        allowance = 1
        try reader.refresh(mayTake: take) { _, _ in }
        #expect(reader.seriesCount == 2 && reader.clippedCount == 20 && reader.unread == 0)
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
