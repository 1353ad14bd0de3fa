package import ApusMetrics
import Atomics
import CLinux
import Glibc

/// The reading side of a segment: trusts nothing that the other process wrote.
///
/// Each entry is copied once, checked whole, and never looked at again (but for the moment a count began, of which any bits are
/// legal); what stays shared are the cells and the exemplars' slots, whose places were checked. A fault refuses the segment from
/// then on, while what was read before stays valid memory.
///
/// Series are handed to whoever refreshes and not kept: of each one the reader remembers sixteen bytes, to tell duplicates.
package final class SegmentReader {
    let mapping: SegmentMapping
    let planes: UInt8
    let file: SegmentFile
    var touched: TouchedPages
    var texts: ArenaWindow
    var mapped: MappedPages
    /// The user that the memory belongs to.
    package let owner: UInt32
    /// How many entries were read so far.
    private var seen = 0
    private var announced = 0
    /// The places in ``families`` by entry.
    var familyAtEntry: [UInt32: Int] = [:]
    var fingerprints: Set<SeriesFingerprint> = []
    var namesSeen: Set<String> = []
    /// Bytes of text that the refresh under way has read.
    var sliceText = 0
    /// The end of the cells of the series before.
    var cellsEnd = 0
    /// Series that were left out because of their labels.
    package internal(set) var clippedCount = 0
    /// The family of the first of them, and which limit it is over.
    package internal(set) var firstClip: (family: String, reason: String)?
    /// The families in order of registration.
    package internal(set) var families: [MetricFamily] = []
    /// The number of series that were read so far.
    package var seriesCount: Int { fingerprints.count }
    /// How many entries the last refresh left where they are, because of a limit or a fault.
    package var unread: Int { announced - seen }
    /// Whether the last refresh ended because it had done enough, so that the next one goes on.
    package private(set) var hasMore = false
    /// The bound that the last refresh came to, behind which everything stays unread.
    package private(set) var bound: EntryBound?
    /// Series that count towards no limit: of the family that tells what a writer has dropped.
    var uncounted = 0
    /// A number that rises whenever a refresh found something new.
    package private(set) var generation = 0

    /// Checks and maps a descriptor that another process has sent. The descriptor stays the caller's to close.
    package init(descriptor: Int32) throws(SegmentError) {
        guard apus_memfd_is_sealed(descriptor) == 1 else { throw .notSealed }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system("fstat", errno) }
        guard status.st_size == off_t(SegmentLayout.size) else { throw .wrongSize(Int(status.st_size)) }
        owner = status.st_uid
        file = try SegmentFile(copying: descriptor)
        texts = ArenaWindow(file)
        mapping = try SegmentMapping(descriptor: descriptor, writable: false)
        mapped = MappedPages(mapping)
        guard file.word(at: SegmentLayout.Header.magic) == SegmentLayout.magic else { throw .wrongMagic }
        atomicMemoryFence(ordering: .acquiring)
        let version = UInt32(truncatingIfNeeded: file.word(at: SegmentLayout.Header.version))
        guard version == SegmentLayout.version else { throw .wrongVersion(version) }
        let planes = UInt32(truncatingIfNeeded: file.word(at: SegmentLayout.Header.planes))
        guard planes.nonzeroBitCount == 1, planes <= SegmentLayout.mostPlanes else { throw .wrongPlanes(planes) }
        self.planes = UInt8(planes)
        touched = TouchedPages(file, planes: Int(planes))
    }

    /// Hands the reader's own descriptor of the file, which stays open meanwhile, to somebody who makes a copy of it.
    package func withDescriptor<Result>(_ body: (Int32) -> Result) -> Result { file.withDescriptor(body) }

    /// What the writer goes on changing beside the values, looked at anew.
    package func header() -> SegmentHeader { file.header() }

    /// The monotonic clock when the writer last gave a sign of life, in nanoseconds.
    package var heartbeat: UInt64 { header().heartbeat }

    /// How many requests for series the writer has dropped.
    package var droppedSeries: UInt64 { header().dropped }

    /// Reads entries that were published since the last time, so many of them as one turn may take.
    ///
    /// - Parameters:
    ///   - header: looked at before; `nil`: it is looked at anew.
    ///   - limit: series past this number are left unread, and so are families: a sound writer has a series for each.
    ///   - uncountedFamily: the name of the family in which a writer counts what it drops; as many of its series as a writer makes are
    ///     read on top of the limit.
    ///   - slice: how many entries may be read at most.
    ///   - mayTake: asked before each entry that is kept, with the memory in bytes that whoever keeps it will need; with false, it
    ///     and what is behind it stay unread until the next time. What is left out because of its labels takes none.
    ///   - visit: called for each new series, in order of registration, with the place of its family in ``families``. What was
    ///     handed over before a fault stays valid.
    /// - Returns: whether there was anything new.
    @discardableResult
    package func refresh(
        _ header: SegmentHeader? = nil, limit: Int = .max, uncountedFamily: String? = nil, slice: Int = .max,
        mayTake: (_ bytes: Int) -> Bool = { _ in true },
        _ visit: (_ family: Int, _ series: SegmentSeries) -> Void
    ) throws(SegmentError) -> Bool {
        hasMore = false
        bound = nil
        let committed = (header ?? self.header()).committed
        atomicMemoryFence(ordering: .acquiring)
        guard committed <= UInt64(SegmentLayout.entryCapacity), Int(committed) >= seen else { throw .wrongCount(committed) }
        announced = Int(committed)
        guard announced > seen else { return false }
        let (start, end) = (seen, min(announced, seen + min(slice, announced)))
        var entries = EntryWindow(file)
        // What is behind the last text is read anew: its bytes may not have been written yet.
        texts = ArenaWindow(file)
        defer { texts = ArenaWindow(file) }
        sliceText = 0
        while seen < end, sliceText < SegmentLayout.textOfSlice || slice == .max {
            let words = entries.entry(seen, before: end)
            let isUncounted = isUncounted(words, uncountedFamily)
            bound = isUncounted ? nil : bound(at: words, limit)
            guard bound == nil, try read(words, mayTake, visit) else { break }
            if isUncounted, words[SegmentLayout.Entry.tag] == SegmentLayout.Tag.series { uncounted += 1 }
            seen += 1
        }
        hasMore = bound == nil && seen < announced && (seen == end || sliceText >= SegmentLayout.textOfSlice)
        if seen > start { generation += 1 }
        return seen > start
    }

    /// Reads all entries that were published since the last time, and only remembers what there is.
    @discardableResult
    package func refresh() throws(SegmentError) -> Bool { try refresh { _, _ in } }

    private func bound(at words: EntryWords, _ limit: Int) -> EntryBound? {
        let isFamily = words[SegmentLayout.Entry.tag] == SegmentLayout.Tag.family
        if isFamily, families.count >= SegmentLayout.mostFamilies { return .families }
        let isFull = seriesCount - uncounted + clippedCount >= limit || families.count > limit
        return isFull ? .series : nil
    }

    /// Whether an entry is the family that tells what is dropped, or one of the series that a writer makes of it.
    private func isUncounted(_ words: EntryWords, _ name: String?) -> Bool {
        typealias Field = SegmentLayout.Entry
        guard let name else { return false }
        guard words[Field.tag] == SegmentLayout.Tag.family else {
            guard uncounted < SegmentWriter.mostDroppedFamilies, let place = familyAtEntry[words[Field.family]] else {
                return false
            }
            return families[place].name == name
        }
        let (offset, count) = (Int(words[Field.textOffset]), Int(words[Field.textLength]))
        guard count == name.utf8.count, offset + count <= SegmentLayout.arenaCapacity else { return false }
        return file.bytes(at: SegmentLayout.arenaOffset + offset, count).elementsEqual(name.utf8)
    }

    /// - Returns: whether there was memory for it.
    private func read(
        _ words: EntryWords, _ mayTake: (_ bytes: Int) -> Bool, _ visit: (_ family: Int, _ series: SegmentSeries) -> Void
    ) throws(SegmentError) -> Bool {
        switch words[SegmentLayout.Entry.tag] {
        case SegmentLayout.Tag.family:
            guard mayTake(Self.cost(of: words)) else { return false }
            try readFamily(words)
        case SegmentLayout.Tag.series:
            switch try readSeries(words, mayTake: { mayTake(Self.cost(of: words)) }) {
            case .kept(let family, let series): visit(family, series)
            case .clipped: break
            case .noMemory: return false
            }
        default: throw .malformed(entry: seen, "it is neither a family nor a series")
        }
        return true
    }

    /// The memory in bytes that a series or family takes of a reader and of whoever keeps it: texts in arrays that grow by doubling,
    /// the place of the cells, the fingerprint; of a family its bounds and the beginnings of its lines and messages.
    private static func cost(of words: EntryWords) -> Int {
        typealias Field = SegmentLayout.Entry
        let text = Int(min(words[Field.textLength], UInt32(SegmentLayout.longestLabels)))
        guard words[Field.tag] == SegmentLayout.Tag.family else { return (text + 56) * 3 / 2 }
        let bounds = Int(min(words[Field.boundsCount], UInt32(SegmentLayout.mostBuckets)))
        let states = Int(min(words[Field.statesLength], UInt32(SegmentLayout.longestStates)))
        let help = Int(min(words[Field.helpLength], UInt32(SegmentLayout.longestHelp)))
        return 1024 + help + (text + 128) * (bounds + 5) + states * 4
    }
}

/// A bound on what is read of one segment.
package enum EntryBound: Sendable {
    case series
    case families
}

/// A series as a reader found it: checked labels and the place of its cells. The reader does not keep it.
package struct SegmentSeries: Sendable {
    /// The rendered labels, without braces and without `service` and `instance`.
    package let labels: [UInt8]
    package let cells: CellRange
}

/// The place of the cells of a series, checked to be within the segment. Sixteen bytes that refer to nothing: an agent keeps
/// one for each of a million series, and copying it costs nothing.
package struct CellRange: Sendable {
    /// The index of the first cell in the first plane.
    let first: UInt32
    let count: UInt16
    /// The number of planes that the value is spread over: 1 for a gauge.
    let planes: UInt8
    package let form: ValueForm
    /// The entry that tells when the count began; 0, which is never a series, for what does not count.
    let entry: UInt32
    /// The place in the arena at which the slots for exemplars begin; 0 for none.
    let exemplars: UInt32
}
