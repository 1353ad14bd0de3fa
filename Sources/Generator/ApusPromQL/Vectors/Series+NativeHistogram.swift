public import ApusMetrics

extension Series {
    /// Growth of each native histogram, for quantiles and shares.
    public func histogramRates<Labels>(over window: RateWindow) -> NativeRates<Key>
    where Metric == NativeHistogram<Labels> {
        NativeRates(PromQLExpression(.call(.rate, [range(window)])))
    }
}

/// The growth of native histograms.
public struct NativeRates<Key: LabelKey>: Sendable {
    let expression: PromQLExpression

    init(_ expression: PromQLExpression) {
        self.expression = expression
    }

    /// The histograms of all series that agree in some keys, added up.
    public func sum(by keys: Key...) -> Self {
        Self(PromQLExpression(.aggregation(.sum, .by(keys.names), parameter: nil, expression)))
    }

    /// The value under which a share of the observations lies, from 0 to 1.
    public func quantile(_ share: Double) -> InstantVector<Key> {
        InstantVector(.call(.histogramQuantile, [PromQLExpression(.number(share)), expression]))
    }

    /// The share of observations between two values.
    public func fraction(from lower: Double, to upper: Double) -> InstantVector<Key> {
        InstantVector(
            .call(.histogramFraction, [PromQLExpression(.number(lower)), PromQLExpression(.number(upper)), expression]))
    }

    /// Observations per second.
    public var count: InstantVector<Key> { InstantVector(.call(.histogramCount, [expression])) }

    /// Growth per second of the sum of all observations.
    public var sum: InstantVector<Key> { InstantVector(.call(.histogramSum, [expression])) }
}
