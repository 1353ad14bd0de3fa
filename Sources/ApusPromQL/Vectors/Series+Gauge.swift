public import ApusMetrics

/// A declaration whose newest sample is its meaning.
public protocol InstantDeclaration: MetricDeclaration {}

extension Gauge: InstantDeclaration {}

extension Series where Metric: InstantDeclaration {
    /// The newest value of each series.
    public var value: InstantVector<Key> { InstantVector(.selector(selector)) }
}
