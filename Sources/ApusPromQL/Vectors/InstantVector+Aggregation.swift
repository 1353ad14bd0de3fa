public import ApusMetrics

extension InstantVector {
    /// All series added up.
    public func sum() -> InstantVector<NoKey> { aggregated(.sum) }
    /// The largest of all series.
    public func max() -> InstantVector<NoKey> { aggregated(.max) }
    /// The smallest of all series.
    public func min() -> InstantVector<NoKey> { aggregated(.min) }
    /// The mean of all series.
    public func avg() -> InstantVector<NoKey> { aggregated(.avg) }
    /// The number of series.
    public func count() -> InstantVector<NoKey> { aggregated(.count) }

    /// The series that agree in some keys added up; they keep those keys.
    public func sum(by keys: Key...) -> Self { aggregated(.sum, by: keys) }
    /// The largest of the series that agree in some keys; they keep those keys.
    public func max(by keys: Key...) -> Self { aggregated(.max, by: keys) }
    /// The smallest of the series that agree in some keys; they keep those keys.
    public func min(by keys: Key...) -> Self { aggregated(.min, by: keys) }
    /// The mean of the series that agree in some keys; they keep those keys.
    public func avg(by keys: Key...) -> Self { aggregated(.avg, by: keys) }
    /// The number of series that agree in some keys; they keep those keys.
    public func count(by keys: Key...) -> Self { aggregated(.count, by: keys) }

    private func aggregated(_ aggregation: PromQLAggregation) -> InstantVector<NoKey> {
        InstantVector<NoKey>(.aggregation(aggregation, expression, by: []))
    }

    private func aggregated(_ aggregation: PromQLAggregation, by keys: [Key]) -> Self {
        Self(.aggregation(aggregation, expression, by: keys.map(\.rawValue)))
    }
}

extension InstantVector {
    /// Adds up the series of each target label; the result has these only, whatever the declaration's own labels were, so
    /// that vectors of different declarations can be combined.
    public func sum<Own>(perTarget keys: TargetKey...) -> InstantVector<TargetKey> where Key == SeriesKey<Own> {
        InstantVector<TargetKey>(.aggregation(.sum, expression, by: keys.map(\.rawValue)))
    }
}
