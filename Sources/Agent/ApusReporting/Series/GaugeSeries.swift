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

/// One series of a state set, to record on without swift-metrics between: a change of state is one store.
public struct StateSeries<State: CaseIterable & RawRepresentable<String> & Hashable & Sendable>: Sendable {
    @usableFromInline let cells: SeriesCells
    /// The number that stands for each state: one more than its index.
    @usableFromInline let numbers: [State: UInt64]

    init(cells: SeriesCells) {
        self.cells = cells
        numbers = Dictionary(zip(State.allCases, 1...), uniquingKeysWith: { first, _ in first })
    }

    /// Sets the state that holds from now on; `nil` for none.
    @inlinable
    public func set(_ state: State?) { cells.set(state: state.flatMap { numbers[$0] } ?? 0) }
}
