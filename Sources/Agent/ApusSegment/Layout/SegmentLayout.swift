/// The layout of a segment, version 1: where everything stands in the shared memory.
///
/// One header page, then fixed-size entries, a string arena and planes of 64-bit cells, all in the byte order of the machine. The
/// size is fixed and large; the memory is sparse, so that pages which nobody touches cost nothing. Entries are append-only and
/// published by one release-store of their count.
///
/// A counter has a cell at the same place in each plane, and a processor adds to the plane that is its own: processors do not take
/// one another's cache lines, neither for the same counter nor for neighbours. The value is the sum over the planes. A gauge lives
/// in the first plane alone.
package enum SegmentLayout {
    /// The first word: "APUSSEG" and the major version as one byte, read as a little-endian word.
    package static let magic: UInt64 = 0x0147_4553_5355_5041
    package static let version: UInt32 = 1

    /// The byte offsets of the header's fields; those that change have a cache line each.
    package enum Header {
        package static let magic = 0
        package static let version = 8
        package static let seriesLimit = 12
        /// The number of planes of cells that are in use, a power of two.
        package static let planes = 16
        package static let heartbeat = 64
        package static let committed = 128
        package static let dropped = 192
        package static let size = 4096
    }

    /// An entry is sixteen 32-bit words; these are their places.
    package enum Entry {
        package static let size = 64
        package static let tag = 0
        /// The `MetricKind` of a family, or the ``ValueForm`` of a series.
        package static let kind = 1
        /// The name of a family, the rendered labels of a series.
        package static let textOffset = 3
        package static let textLength = 4

        /// The flags of a family: bit 0 is set when its series may have slots for exemplars.
        package static let flags = 2
        package static let helpOffset = 5
        package static let helpLength = 6
        package static let boundsOffset = 7
        package static let boundsCount = 8
        package static let unitOffset = 9
        package static let unitLength = 10
        /// The states of a state set, a line break between two.
        package static let statesOffset = 11
        package static let statesLength = 12
        /// The shape of a native histogram; the exponent is signed.
        package static let schema = 13
        package static let lowestExponent = 14
        package static let octaves = 15

        /// The family of a series, as the index of its entry.
        package static let family = 2
        package static let firstCell = 9
        package static let cellCount = 10
        /// The place in the arena at which the slots for exemplars begin, a multiple of 8 (``ExemplarSlot``): one for a
        /// counter, one for each bucket of a histogram. 0 when there are none.
        package static let exemplarsOffset = 11
        /// The time at which the count began: nanoseconds since the Unix epoch, two words that are an 8-aligned cell. 0 when
        /// nobody knows.
        package static let created = 12
    }

    package static let keepsExemplars: UInt32 = 1

    package enum Tag {
        package static let family: UInt32 = 1
        package static let series: UInt32 = 2
    }

    package static let entryCapacity = 1 << 20
    package static let arenaCapacity = 256 << 20
    /// The number of cells of one plane.
    package static let cellCapacity = planeStride / 8
    package static let mostPlanes = 8

    package static let entriesOffset = Header.size
    /// The place of the word with the moment at which the count of an entry began.
    static func start(ofEntry entry: Int) -> Int { entriesOffset + entry * Entry.size + Entry.created * 4 }
    /// The pages of 4 KiB that some entries are on, from the first entry on.
    static func pages(ofEntries entries: ClosedRange<Int>) -> Range<Int> {
        entries.lowerBound * Entry.size / 4096..<entries.upperBound * Entry.size / 4096 + 1
    }
    package static let arenaOffset = entriesOffset + entryCapacity * Entry.size
    package static let cellsOffset = arenaOffset + arenaCapacity
    /// The distance in bytes from a cell to the same one in the next plane.
    @inlinable package static var planeStride: Int { 1 << 26 }
    /// The size of the whole in bytes: 832 MiB of address space, of which a service with a thousand series uses about 300 KiB.
    package static let size = cellsOffset + mostPlanes * planeStride

    /// The longest name that a reader accepts, in bytes; help text and label text have limits of their own.
    package static let longestName = 256
    package static let longestHelp = 4096
    package static let longestLabels = 4096
    package static let mostBuckets = 512
    package static let longestUnit = 64
    package static let longestStates = 8192
    /// The most labels of one series, and the most bytes of one value: series with more are left out.
    package static let mostLabels = 64
    package static let longestLabelValue = 1024
    package static let mostFamilies = 5000
    /// Pages of all segments together that a process has mapped which reads them, about; see ``MappedPages``.
    package static let mappedPages = 256
    /// Pages of one segment that a process has mapped which reads it, about.
    package static let mappedPagesOfReader = 64
    /// Cells that are read by copies at a time where no more pages may be mapped.
    package static let copiedCells = 1024
    /// What a reader takes in at a time: entries, and bytes of text.
    package static let entriesOfSlice = 4096
    package static let textOfSlice = 512 << 10
    /// The most characters of an exemplar's names and values together (OpenMetrics 1.0, "Exemplars").
    package static let longestExemplar = 128
    /// The most bytes of the arena that a writer gives to exemplars, so that they never cost a series.
    package static let mostExemplarBytes = arenaCapacity / 2
}
