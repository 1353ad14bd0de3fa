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
    /// How many entries were read so far.
    private var seen = 0
    private var announced = 0
    /// The places in ``families`` by entry.
    var familyAtEntry: [UInt32: Int] = [:]
    var fingerprints: Set<SeriesFingerprint> = []
    var namesSeen: Set<String> = []
    var textSize = 0
    /// The families in order of registration.
    package internal(set) var families: [MetricFamily] = []
    /// The number of series that were read so far.
    package var seriesCount: Int { fingerprints.count }
    /// How many entries the last refresh left where they are, because of its limit or a fault.
    package var unread: Int { announced - seen }
    /// A number that rises whenever a refresh found something new.
    package private(set) var generation = 0

    /// Checks and maps a descriptor that another process has sent. The descriptor stays the caller's to close.
    package init(descriptor: Int32) throws(SegmentError) {
        guard apus_memfd_is_sealed(descriptor) == 1 else { throw .notSealed }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system("fstat", errno) }
        guard status.st_size == off_t(SegmentLayout.size) else { throw .wrongSize(Int(status.st_size)) }
        mapping = try SegmentMapping(descriptor: descriptor, writable: false)
        guard mapping.word(SegmentLayout.Header.magic).load(ordering: .acquiring) == SegmentLayout.magic else {
            throw .wrongMagic
        }
        let version = mapping.headerWord32(SegmentLayout.Header.version)
        guard version == SegmentLayout.version else { throw .wrongVersion(version) }
        let planes = mapping.headerWord32(SegmentLayout.Header.planes)
        guard planes.nonzeroBitCount == 1, planes <= SegmentLayout.mostPlanes else { throw .wrongPlanes(planes) }
        self.planes = UInt8(planes)
    }

    /// The monotonic clock when the writer last gave a sign of life, in nanoseconds.
    package var heartbeat: UInt64 { mapping.word(SegmentLayout.Header.heartbeat).load(ordering: .relaxed) }

    /// How many requests for series the writer has dropped.
    package var droppedSeries: UInt64 { mapping.word(SegmentLayout.Header.dropped).load(ordering: .relaxed) }

    /// Reads the entries that were published since the last time.
    ///
    /// - Parameters:
    ///   - limit: series past this number are left unread, and so are families: a sound writer has a series for each.
    ///   - visit: called for each new series, in order of registration, with the place of its family in ``families``. What was
    ///     handed over before a fault stays valid.
    /// - Returns: whether there was anything new.
    @discardableResult
    package func refresh(
        limit: Int = .max, _ visit: (_ family: Int, _ series: SegmentSeries) -> Void = { _, _ in }
    ) throws(SegmentError) -> Bool {
        let committed = mapping.word(SegmentLayout.Header.committed).load(ordering: .acquiring)
        guard committed <= UInt64(SegmentLayout.entryCapacity), Int(committed) >= seen else { throw .wrongCount(committed) }
        announced = Int(committed)
        guard Int(committed) > seen, seriesCount < limit, families.count <= limit else { return false }
        while seen < Int(committed), seriesCount < limit, families.count <= limit {
            // One copy of the sixteen words: the writer may change them while they are read.
            let words = EntryWords(mapping, entry: seen)
            switch words[SegmentLayout.Entry.tag] {
            case SegmentLayout.Tag.family: try readFamily(words)
            case SegmentLayout.Tag.series:
                let (family, series) = try readSeries(words)
                visit(family, series)
            default: throw .malformed(entry: seen, "it is neither a family nor a series")
            }
            seen += 1
        }
        generation += 1
        mapping.releaseTexts()
        return true
    }
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
