public import ApusSegment

/// One series of a summary, to record on without swift-metrics between: an observation is two atomic adds.
public struct SummarySeries: Sendable {
    @usableFromInline let cells: SeriesCells

    init(cells: SeriesCells) { self.cells = cells }

    /// Counts a value, in the unit of the family's name. What is not a number does not count in the sum.
    @inlinable @inline(__always)
    public func observe(_ value: Double) { cells.summarize(value) }
}
