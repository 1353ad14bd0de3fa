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

/// One series of a native histogram, to record on without swift-metrics between: an observation is two atomic adds.
public struct NativeHistogramSeries: Sendable {
    @usableFromInline let cells: SeriesCells

    init(cells: SeriesCells) { self.cells = cells }

    /// Counts a value, in the unit of the family's name. What is not a number counts above the range, and not in the sum.
    @inlinable @inline(__always)
    public func observe(_ value: Double) { cells.observeNative(value) }
}

/// One series of a summary, to record on without swift-metrics between: an observation is two atomic adds.
public struct SummarySeries: Sendable {
    @usableFromInline let cells: SeriesCells

    init(cells: SeriesCells) { self.cells = cells }

    /// Counts a value, in the unit of the family's name. What is not a number does not count in the sum.
    @inlinable @inline(__always)
    public func observe(_ value: Double) { cells.summarize(value) }
}
