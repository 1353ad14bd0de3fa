public import ApusMetrics

/// A declaration whose newest sample is its meaning.
public protocol InstantDeclaration: MetricDeclaration {}

extension Gauge: InstantDeclaration {}
extension Info: InstantDeclaration {}
extension StateSet: InstantDeclaration {}

extension Series where Metric: InstantDeclaration {
    /// The newest value of each series.
    public var value: InstantVector<Key> { InstantVector(.selector(selector)) }

    /// All samples within a window.
    public func samples(over window: RateWindow) -> RangeVector<Key> { RangeVector(range(window)) }
}

extension Series {
    /// Narrows the series to those of a state.
    public func matching<State, Labels>(state: State) -> Self where Metric == StateSet<State, Labels> {
        Self(selector: selector.matching([.label(selector.name ?? "", .equals, state.rawValue)]))
    }
}
