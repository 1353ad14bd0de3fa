public import ApusSegment

/// One series of a counter, to record on without swift-metrics between: an increment is one atomic add on memory that the agent
/// reads, inlined into the caller.
///
/// ```swift
/// let orders = Counter<NoLabels>("orders_total", "Orders taken.").series(in: reporter)
/// orders.increment()
/// ```
public struct CounterSeries: Sendable {
    @usableFromInline let cells: SeriesCells

    init(cells: SeriesCells) { self.cells = cells }

    /// Adds to the count; an amount below 1 is ignored, as a counter only rises.
    @inlinable @inline(__always)
    public func increment(by amount: Int = 1) {
        if amount > 0 { cells.add(UInt64(truncatingIfNeeded: amount)) }
    }

    /// Adds to the count, and keeps what it came with where the declaration asks for exemplars; the last one stays.
    ///
    /// - Parameter exemplar: such as `[("trace_id", id)]`: names and values of at most 128 characters together. One that is longer, or
    ///   that comes while another thread keeps one, is left out.
    public func increment(by amount: Int = 1, exemplar: [(String, String)]) {
        if amount > 0 { cells.add(UInt64(truncatingIfNeeded: amount), exemplar: exemplar) }
    }
}

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
