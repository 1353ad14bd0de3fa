public import ApusSegment

/// One series of a counter that is kept with fractions, such as seconds or joules, to record on without swift-metrics between.
public struct FloatingCounterSeries: Sendable {
    @usableFromInline let cells: SeriesCells

    init(cells: SeriesCells) { self.cells = cells }

    /// Adds to the count; what is not positive or not finite is ignored, as a counter only rises.
    @inlinable @inline(__always)
    public func increment(by amount: Double) {
        if amount > 0 && amount.isFinite { cells.add(amount) }
    }

    /// Adds to the count and keeps what it came with; see ``CounterSeries/increment(by:exemplar:)``.
    public func increment(by amount: Double, exemplar: [(String, String)]) {
        if amount > 0 && amount.isFinite { cells.add(amount, exemplar: exemplar) }
    }
}
