import ApusMetrics
import ApusSegment
import CLinux
import Glibc
import Testing
import SegmentTesting

private typealias Entry = SegmentLayout.Entry

@Suite struct ReaderTests {
    @Test func `a memfd that is not sealed is refused: its size could change under the reader`() throws {
        let segment = try HostileSegment(sealed: false)
        #expect(throws: SegmentError.notSealed) { try SegmentReader(descriptor: segment.descriptor) }
    }

    @Test(arguments: [4096, SegmentLayout.size - 4096, SegmentLayout.size + 4096])
    func `another size is refused`(size: Int) throws {
        let segment = try HostileSegment(size: size)
        #expect(throws: SegmentError.wrongSize(size)) { try SegmentReader(descriptor: segment.descriptor) }
    }

    @Test func `another kind of descriptor is refused`() throws {
        var pipes: [Int32] = [0, 0]
        #expect(pipe(&pipes) == 0)
        let descriptors = [
            pipes[0], open("/dev/null", O_RDWR), open("/tmp", O_RDONLY | O_DIRECTORY),
            socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0),
            apus_eventfd(), open("/proc/self/stat", O_RDONLY),
        ]
        for descriptor in descriptors {
            #expect(throws: SegmentError.notSealed) { try SegmentReader(descriptor: descriptor) }
            close(descriptor)
        }
        close(pipes[1])
    }

    @Test func `another magic number or version is refused, and the version named`() throws {
        let segment = try HostileSegment()
        segment.set32(2, header: SegmentLayout.Header.version)
        #expect(throws: SegmentError.wrongVersion(2)) { try SegmentReader(descriptor: segment.descriptor) }
        segment.set(0, header: SegmentLayout.Header.magic)
        #expect(throws: SegmentError.wrongMagic) { try SegmentReader(descriptor: segment.descriptor) }
    }

    @Test(arguments: [UInt32(0), 3, 16, .max])
    func `a number of planes that the layout does not have is refused`(planes: UInt32) throws {
        let segment = try HostileSegment()
        segment.set32(planes, header: SegmentLayout.Header.planes)
        #expect(throws: SegmentError.wrongPlanes(planes)) { try SegmentReader(descriptor: segment.descriptor) }
    }

    @Test func `a counter is the sum of its planes, a gauge is its first one`() throws {
        for (kind, form, expected) in [(UInt32(1), ValueForm.integer, 1_001_001.0), (2, .double, 0.5)] {
            let segment = try HostileSegment()
            segment.set32(4, header: SegmentLayout.Header.planes)
            segment.soundFamily(kind: kind)
            segment.series(labels: [], [Entry.kind: UInt32(form.rawValue)])
            for (plane, value) in [UInt64(1), 1000, 1_000_000].enumerated() {
                segment.set(form == .integer ? value : (0.5).bitPattern, cell: 0, plane: plane)
            }
            // Not one of the four in use.
            segment.set(99, cell: 0, plane: 4)
            let reader = try SegmentContents(descriptor: segment.descriptor)
            try reader.refresh()
            #expect(reader.value(reader.families[0].series[0].cells) == expected)
        }
    }

    @Test(arguments: [UInt64(SegmentLayout.entryCapacity) + 1, .max])
    func `more entries than fit are refused`(count: UInt64) throws {
        let segment = try HostileSegment()
        let reader = try SegmentContents(descriptor: segment.descriptor)
        segment.set(count, header: SegmentLayout.Header.committed)
        #expect(throws: SegmentError.wrongCount(count)) { try reader.refresh() }
    }

    @Test func `fewer entries than before are refused, and what was read stays`() throws {
        let segment = try HostileSegment()
        segment.soundFamily()
        segment.series()
        let reader = try SegmentContents(descriptor: segment.descriptor)
        try reader.refresh()
        segment.set(1, header: SegmentLayout.Header.committed)
        #expect(throws: SegmentError.wrongCount(1)) { try reader.refresh() }
        #expect(reader.seriesCount == 1)
        #expect(reader.integer(reader.families[0].series[0].cells) == 0)
    }

    @Test(
        arguments: [
            ([Entry.tag: 0], "neither"), ([Entry.tag: 3], "neither"), ([Entry.kind: 0], "no known kind"),
            ([Entry.kind: 300], "no known kind"), ([Entry.textLength: 0], "not legal"),
            ([Entry.textOffset: .max], "out of bounds"), ([Entry.textLength: .max], "out of bounds"),
            ([Entry.textOffset: UInt32(SegmentLayout.arenaCapacity) - 3], "out of bounds"),
            ([Entry.helpOffset: .max, Entry.helpLength: 1], "out of bounds"), ([Entry.helpLength: 5000], "too long"),
            ([Entry.boundsCount: 1], "bucket bounds"), ([Entry.boundsCount: .max], "bucket bounds"),
        ] as [([Int: UInt32], String)])
    func `a family with a wrong field is refused, with the reason`(wrong: [Int: UInt32], words: String) throws {
        let segment = try HostileSegment()
        segment.soundFamily()
        segment.entry(0, wrong)
        try expectMalformed(segment, words)
    }

    @Test(arguments: [[], [1, 1], [2, 1], [.nan], [.infinity], [-.infinity, 1]] as [[Double]])
    func `bounds that do not ascend, or are not finite, are refused`(bounds: [Double]) throws {
        let segment = try HostileSegment()
        segment.soundFamily(kind: 3, bounds: bounds)
        try expectMalformed(segment, "bound")
    }

    @Test(arguments: ["a b", "é", "-", "1a", "a\""])
    func `an illegal name is refused`(name: String) throws {
        let segment = try HostileSegment()
        segment.soundFamily()
        segment.put(Array(name.utf8), at: 0)
        segment.entry(0, [Entry.textLength: UInt32(name.utf8.count)])
        try expectMalformed(segment, "name is not legal")
    }

    @Test func `a text with a NUL is refused, at which Prometheus would take the scrape to end`() throws {
        let segment = try HostileSegment()
        segment.soundFamily()
        segment.put([0], at: 0)
        segment.entry(0, [Entry.textLength: 1])
        try expectMalformed(segment, "has a NUL")
    }

    @Test func `a label with a NUL is read with the sign for an unknown character, as labels of elsewhere are`() throws {
        let segment = try HostileSegment()
        segment.soundFamily()
        segment.series(1, labels: Array("user=\"ev\0il\"".utf8))
        let reader = try SegmentContents(descriptor: segment.descriptor)
        try reader.refresh()
        #expect(reader.seriesCount == 1)
        // Two that are one in the exposition are refused, as they would be without a NUL.
        segment.series(2, labels: Array("user=\"ev\u{FFFD}il\"".utf8))
        #expect(throws: SegmentError.self) { try reader.refresh() }
    }

    @Test(
        arguments: [
            ([Entry.family: 1], "does not exist"), ([Entry.family: .max], "does not exist"), ([Entry.kind: 0], "wrong form"),
            ([Entry.kind: 3], "wrong form"), ([Entry.kind: .max], "wrong form"), ([Entry.cellCount: 0], "out of bounds"),
            ([Entry.cellCount: 2], "out of bounds"), ([Entry.firstCell: UInt32(SegmentLayout.cellCapacity)], "out of bounds"),
            ([Entry.firstCell: .max], "out of bounds"), ([Entry.textOffset: .max], "out of bounds"),
            ([Entry.firstCell: 1], "do not follow"),
        ] as [([Int: UInt32], String)])
    func `a series with a wrong field is refused, with the reason`(wrong: [Int: UInt32], words: String) throws {
        let segment = try HostileSegment()
        segment.soundFamily()
        segment.series(labels: Array(#"a="b""#.utf8), wrong)
        try expectMalformed(segment, words)
    }

    @Test(arguments: [
        #"service="x""#, #"instance="x""#, #"le="1""#, #"a="1",a="2""#, #"a=1"#, #"a="1"}evil 1\n"#, "a=\"\n\"",
        #"__name__="x""#,
    ])
    func `labels that would forge or break the exposition are refused`(labels: String) throws {
        let segment = try HostileSegment()
        segment.soundFamily()
        segment.series(labels: Array(labels.utf8))
        try expectMalformed(segment, "")
    }

    @Test func `a series that is there twice is refused, in any order of its labels`() throws {
        let segment = try HostileSegment()
        segment.soundFamily()
        segment.series(1, labels: Array(#"a="1",b="2""#.utf8))
        segment.series(2, labels: Array(#"b="2",a="1""#.utf8))
        try expectMalformed(segment, "twice")
    }

    @Test func `the limit leaves further series unread`() throws {
        let segment = try HostileSegment()
        segment.soundFamily()
        for index in 1...20 { segment.series(index, labels: Array("a=\"\(index)\"".utf8)) }
        let reader = try SegmentContents(descriptor: segment.descriptor)
        try reader.refresh(limit: 7)
        #expect(reader.seriesCount == 7)
        #expect(try !reader.refresh(limit: 7))
    }

    @Test func `random bytes are refused or read, and never end the reader`() throws {
        for _ in 0..<300 {
            let segment = try HostileSegment()
            segment.soundFamily()
            for index in 1...5 {
                let labels = (0..<Int.random(in: 0...20)).map { _ in UInt8.random(in: 0...255) }
                var wrong: [Int: UInt32] = [:]
                for _ in 0..<Int.random(in: 0...3) {
                    wrong[Int.random(in: 0..<16)] = Bool.random() ? .random(in: 0...5) : .random(in: 0 ... .max)
                }
                segment.series(index, labels: Bool.random() ? labels : Array("a=\"\(index)\"".utf8), wrong)
            }
            let reader = try SegmentContents(descriptor: segment.descriptor)
            do { try reader.refresh() } catch {}
            for family in reader.families {
                for series in family.series where family.family.kind != .histogram { _ = reader.value(series.cells) }
            }
        }
    }

    private func expectMalformed(_ segment: HostileSegment, _ words: String) throws {
        let reader = try SegmentContents(descriptor: segment.descriptor)
        let error = #expect(throws: SegmentError.self) { try reader.refresh() }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "none")")
        if case .malformed = error {} else { Issue.record("\(String(describing: error))") }
    }
}
