package import ApusLinux

/// What the kernel counts of processes, side by side: CPU time in clock ticks, page faults, and bytes to and from storage.
package struct ProcessCounts: Equatable, Sendable {
    private var lanes = SIMD8<Int64>()

    package init() {}

    package init(
        userTicks: Int64 = 0, systemTicks: Int64 = 0, minorFaults: Int64 = 0, majorFaults: Int64 = 0, readBytes: Int64 = 0,
        writtenBytes: Int64 = 0
    ) {
        lanes = SIMD8(userTicks, systemTicks, minorFaults, majorFaults, readBytes, writtenBytes, 0, 0)
    }

    private init(_ lanes: SIMD8<Int64>) { self.lanes = lanes }

    /// What a process has used itself, and by the children that it has waited for.
    ///
    /// - Parameter io: counts children already; `nil` where it may not be read.
    init(_ stat: ProcessStat, _ io: ProcessIO?) {
        self.init(
            userTicks: Int64(clamping: stat.userTicks), systemTicks: Int64(clamping: stat.systemTicks),
            minorFaults: Int64(clamping: stat.minorFaults), majorFaults: Int64(clamping: stat.majorFaults),
            readBytes: Int64(clamping: io?.readBytes ?? 0), writtenBytes: Int64(clamping: io?.writtenBytes ?? 0))
        self += Self(inheritedBy: stat)
    }

    /// What the children had used that a process has waited for.
    init(inheritedBy stat: ProcessStat) {
        self.init(
            userTicks: Int64(clamping: stat.childrenUserTicks), systemTicks: Int64(clamping: stat.childrenSystemTicks),
            minorFaults: Int64(clamping: stat.childrenMinorFaults), majorFaults: Int64(clamping: stat.childrenMajorFaults))
    }

    package var userTicks: Int64 { lanes[0] }
    package var systemTicks: Int64 { lanes[1] }
    package var minorFaults: Int64 { lanes[2] }
    package var majorFaults: Int64 { lanes[3] }
    package var readBytes: Int64 { lanes[4] }
    package var writtenBytes: Int64 { lanes[5] }

    static func + (left: Self, right: Self) -> Self { Self(left.lanes &+ right.lanes) }
    static func - (left: Self, right: Self) -> Self { Self(left.lanes &- right.lanes) }
    static func += (left: inout Self, right: Self) { left.lanes &+= right.lanes }
    static func -= (left: inout Self, right: Self) { left.lanes &-= right.lanes }

    /// The larger of each two.
    func atLeast(_ other: Self) -> Self { Self(pointwiseMax(lanes, other.lanes)) }

    /// The part of what an ended process had used that its parent has taken over.
    ///
    /// - Parameter gain: what the parent has been given by children, of bytes what it has had more altogether, as the kernel adds those to
    ///   the parent's own. Every process has faults, by which it is seen that the parent has waited for it.
    func inherited(outOf gain: Self) -> Self {
        var part = Self(pointwiseMin(lanes, pointwiseMax(gain.lanes, SIMD8())))
        let isReaped = minorFaults > 0 && gain.minorFaults >= minorFaults
        if !isReaped { (part.lanes[4], part.lanes[5]) = (0, 0) }
        return part
    }

    /// The counts with the bytes of another; without a bound on these where there is none.
    func withBytes(of other: Self?) -> Self {
        var counts = self
        (counts.lanes[4], counts.lanes[5]) = other.map { ($0.lanes[4], $0.lanes[5]) } ?? (.max, .max)
        return counts
    }
}
