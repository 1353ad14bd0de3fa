public import ApusSegment

/// One series of a histogram, to record on without swift-metrics between: an observation is two atomic adds.
public struct HistogramSeries: Sendable {
    @usableFromInline let cells: SeriesCells

    init(cells: SeriesCells) { self.cells = cells }

    /// Counts a value, in the unit of the family's name.
    @inlinable @inline(__always)
    public func observe(_ value: Double) { cells.observe(value) }
}
