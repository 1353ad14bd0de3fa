public import ApusSegment

/// One series of a native histogram, to record on without swift-metrics between: an observation is two atomic adds.
public struct NativeHistogramSeries: Sendable {
    @usableFromInline let cells: SeriesCells

    init(cells: SeriesCells) { self.cells = cells }

    /// Counts a value, in the unit of the family's name. What is not a number counts above the range, and not in the sum.
    @inlinable @inline(__always)
    public func observe(_ value: Double) { cells.observeNative(value) }
}
