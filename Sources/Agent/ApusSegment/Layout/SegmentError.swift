import Glibc

/// Why a segment could not be made, or is refused.
package enum SegmentError: Error, Equatable, CustomStringConvertible {
    /// A system call failed, with its errno.
    case system(String, Int32)
    /// The descriptor is not a sealed memfd: its size could change under the reader.
    case notSealed
    /// Somebody holds a lease on the file, for which whoever opens it waits.
    case leased
    case wrongSize(Int)
    case wrongMagic
    case wrongVersion(UInt32)
    /// The number of planes is none that the layout has.
    case wrongPlanes(UInt32)
    /// The writer announces more entries than fit, or fewer than before.
    case wrongCount(UInt64)
    /// An entry points outside its area or has an illegal field.
    case malformed(entry: Int, String)

    package var description: String {
        switch self {
        case .system(let call, let code): "\(call): \(String(cString: strerror(code)))"
        case .notSealed: "the descriptor is not a memfd sealed against growing and shrinking"
        case .leased: "somebody holds a lease on the memfd (fcntl(2), F_SETLEASE): give it up before reporting"
        case .wrongSize(let size): "the segment has \(size) bytes instead of \(SegmentLayout.size)"
        case .wrongMagic: "the memory does not begin with the segment's magic number"
        case .wrongVersion(let version):
            "the segment has layout version \(version), this agent reads \(SegmentLayout.version): update the older of the two"
        case .wrongPlanes(let planes):
            "the segment says that it has \(planes) planes of cells: a power of two up to \(SegmentLayout.mostPlanes) is possible"
        case .wrongCount(let count): "the segment announces \(count) entries: too many, or fewer than before"
        case .malformed(let entry, let what): "entry \(entry): \(what)"
        }
    }
}
