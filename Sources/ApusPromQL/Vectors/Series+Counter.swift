public import ApusMetrics

/// A declaration whose samples only rise: what `rate` and `increase` mean something for.
public protocol MonotonicDeclaration: MetricDeclaration {}

extension Counter: MonotonicDeclaration {}

extension Series where Metric: MonotonicDeclaration {
    /// Growth per second, averaged over a window.
    public func rate(over window: RateWindow) -> InstantVector<Key> {
        InstantVector(.call(.rate, [.range(selector, window)]))
    }

    /// Growth within a window.
    public func increase(over window: RateWindow) -> InstantVector<Key> {
        InstantVector(.call(.increase, [.range(selector, window)]))
    }
}
