/// Version 1 of the segment: where everything stands in the shared memory.
///
/// One header page, then fixed-size entries, a string arena and 64-bit cells, all in the byte order of the machine. The size is
/// fixed and large; the memory is sparse, so that pages which nobody touches cost nothing. Entries are append-only and published
/// by one release-store of their count.
package enum SegmentLayout {
    /// "APUSSEG" and the major version as one byte, read as a little-endian word.
    static let magic: UInt64 = 0x0147_4553_5355_5041
    static let version: UInt32 = 1

    /// Byte offsets of the header's fields; those that change have a cache line each.
    enum Header {
        static let magic = 0
        static let version = 8
        static let seriesLimit = 12
        static let heartbeat = 64
        static let committed = 128
        static let dropped = 192
        static let size = 4096
    }

    /// An entry is sixteen 32-bit words; these are their places.
    enum Entry {
        static let size = 64
        static let tag = 0
        /// `MetricKind` of a family, ``ValueForm`` of a series.
        static let kind = 1
        /// A series' family, as the index of its entry.
        static let family = 2
        static let textOffset = 3
        static let textLength = 4
        static let helpOffset = 5
        static let helpLength = 6
        static let boundsOffset = 7
        static let boundsCount = 8
        static let firstCell = 9
        static let cellCount = 10
    }

    enum Tag {
        static let family: UInt32 = 1
        static let series: UInt32 = 2
    }

    static let entryCapacity = 1 << 20
    static let arenaCapacity = 256 << 20
    static let cellCapacity = 1 << 23

    static let entriesOffset = Header.size
    static let arenaOffset = entriesOffset + entryCapacity * Entry.size
    static let cellsOffset = arenaOffset + arenaCapacity
    /// Bytes of the whole: 388 MiB of address space, of which a service with a thousand series uses about 300 KiB.
    package static let size = cellsOffset + cellCapacity * 8

    /// Longest name, help text and label text that a reader accepts, in bytes.
    static let longestName = 256
    static let longestHelp = 4096
    static let longestLabels = 16384
    static let mostBuckets = 512
}

/// How the cells of a series are to be read.
package enum ValueForm: UInt32, Sendable {
    /// One cell: an unsigned whole number.
    case integer = 1
    /// One cell: the bits of a double.
    case double = 2
    /// A cell for each bucket and one for `+Inf`, whole numbers, not cumulative; then the sum as the bits of a double.
    case histogram = 3
}
