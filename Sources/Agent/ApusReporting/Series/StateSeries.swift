public import ApusSegment

/// One series of a state set, to record on without swift-metrics between: a change of state is one store.
public struct StateSeries<State: CaseIterable & RawRepresentable<String> & Hashable & Sendable>: Sendable {
    @usableFromInline let cells: SeriesCells
    /// One more than the index of each state.
    @usableFromInline let numbers: [State: UInt64]

    init(cells: SeriesCells) {
        self.cells = cells
        numbers = Dictionary(zip(State.allCases, 1...), uniquingKeysWith: { first, _ in first })
    }

    /// Sets the state that holds from now on; `nil` for none.
    @inlinable
    public func set(_ state: State?) { cells.set(state: state.flatMap { numbers[$0] } ?? 0) }
}
