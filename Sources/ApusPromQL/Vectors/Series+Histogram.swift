public import ApusMetrics

/// A declaration with buckets.
public protocol BucketedDeclaration: MetricDeclaration {}

extension Histogram: BucketedDeclaration {}

extension Series where Metric: BucketedDeclaration {
    /// Growth of each bucket: what quantiles are computed from.
    public func bucketRates(over window: RateWindow) -> BucketRates<Key> {
        BucketRates(.call(.rate, [.range(part("_bucket"), window)]))
    }

    /// Observations per second.
    public func countRate(over window: RateWindow) -> InstantVector<Key> {
        InstantVector(.call(.rate, [.range(part("_count"), window)]))
    }

    /// Growth per second of the sum of all observations; over ``countRate(over:)`` it is their mean.
    public func sumRate(over window: RateWindow) -> InstantVector<Key> {
        InstantVector(.call(.rate, [.range(part("_sum"), window)]))
    }

    /// The observations counted, as a selector.
    package var countSelector: SeriesSelector { part("_count") }

    private func part(_ suffix: String) -> SeriesSelector {
        SeriesSelector(selector.family, suffix: suffix, matchers: selector.matchers)
    }
}
