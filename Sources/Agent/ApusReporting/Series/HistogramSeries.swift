public import ApusSegment

/// One series of a histogram, to record on without swift-metrics between: an observation is two atomic adds.
public struct HistogramSeries: Sendable {
    @usableFromInline let cells: SeriesCells

    init(cells: SeriesCells) { self.cells = cells }

    /// Counts a value, in the unit of the family's name. What is not a number counts above all bounds, and not in the sum.
    @inlinable @inline(__always)
    public func observe(_ value: Double) { cells.observe(value) }

    /// Counts a value and keeps what it came with, with the bucket that it falls into; see ``CounterSeries/increment(by:exemplar:)``.
    public func observe(_ value: Double, exemplar: [(String, String)]) { cells.observe(value, exemplar: exemplar) }
}
