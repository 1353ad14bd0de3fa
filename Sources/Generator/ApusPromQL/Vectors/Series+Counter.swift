public import ApusMetrics

/// A declaration whose samples only rise: what `rate` and `increase` mean something for.
public protocol MonotonicDeclaration: MetricDeclaration {}

extension Counter: MonotonicDeclaration {}

extension Series where Metric: MonotonicDeclaration {
    /// Growth per second, averaged over a window.
    public func rate(over window: RateWindow) -> InstantVector<Key> { InstantVector(.call(.rate, [range(window)])) }

    /// Growth within a window.
    public func increase(over window: RateWindow) -> InstantVector<Key> { InstantVector(.call(.increase, [range(window)])) }

    /// Growth per second between the last two samples of a window.
    public func instantRate(over window: RateWindow) -> InstantVector<Key> { InstantVector(.call(.irate, [range(window)])) }

    /// How often the counter fell within a window: restarts of what counts.
    public func resets(over window: RateWindow) -> InstantVector<Key> { InstantVector(.call(.resets, [range(window)])) }

    /// How often the value changed within a window.
    public func changes(over window: RateWindow) -> InstantVector<Key> { InstantVector(.call(.changes, [range(window)])) }
}
