public import ApusMetrics

/// A declaration that counts its observations and adds them up.
public protocol CountedDeclaration: MetricDeclaration {}

/// A declaration with buckets of fixed bounds.
public protocol BucketedDeclaration: CountedDeclaration {}

extension Summary: CountedDeclaration {}
extension Histogram: BucketedDeclaration {}

extension Series where Metric: CountedDeclaration {
    /// Observations per second.
    public func countRate(over window: RateWindow) -> InstantVector<Key> { rate(of: "_count", window) }

    /// Growth per second of the sum of all observations; over ``countRate(over:)`` it is their mean.
    public func sumRate(over window: RateWindow) -> InstantVector<Key> { rate(of: "_sum", window) }

    /// Observations within a window.
    public func countIncrease(over window: RateWindow) -> InstantVector<Key> {
        InstantVector(.call(.increase, [part("_count").range(window)]))
    }

    /// The observations counted, as a selector.
    package var countSelector: PromQLSelector { selector.part("_count") }

    private func rate(of suffix: String, _ window: RateWindow) -> InstantVector<Key> {
        InstantVector(.call(.rate, [part(suffix).range(window)]))
    }

    fileprivate func part(_ suffix: String) -> Self { Self(selector: selector.part(suffix)) }
}

extension Series where Metric: BucketedDeclaration {
    /// Growth of each bucket: what quantiles are computed from.
    public func bucketRates(over window: RateWindow) -> BucketRates<Key> {
        BucketRates(PromQLExpression(.call(.rate, [part("_bucket").range(window)])))
    }

    /// Observations per second that are not above a bound, which must be one of the histogram's.
    public func rate(within bound: Double, over window: RateWindow) -> InstantVector<Key> {
        let bucket = Self(selector: selector.part("_bucket").matching([BucketBound.matcher(bound)]))
        return InstantVector(.call(.rate, [bucket.range(window)]))
    }
}
