public import ApusSegment

/// One series of a gauge, to record on without swift-metrics between.
public struct GaugeSeries: Sendable {
    @usableFromInline let cells: SeriesCells

    init(cells: SeriesCells) { self.cells = cells }

    @inlinable @inline(__always)
    public func set(_ value: Double) { cells.set(value) }

    /// Adds to the value, or takes from it.
    @inlinable @inline(__always)
    public func add(_ amount: Double) { cells.add(amount) }
}
