public import ApusMetrics

/// The growth of a histogram's buckets. The label `le` goes along by itself until a quantile takes it away.
public struct BucketRates<Key: LabelKey>: Sendable {
    package let expression: PromQLExpression

    init(_ expression: PromQLExpression) {
        self.expression = expression
    }

    /// The buckets of all series that agree in some keys, added up.
    public func sum(by keys: Key...) -> Self {
        Self(PromQLExpression(.aggregation(.sum, .by(keys.names + ["le"]), parameter: nil, expression)))
    }

    /// The value under which a share of the observations lies, interpolated within a bucket.
    ///
    /// - Parameter share: from 0 to 1; 0.95 for the 95th percentile.
    public func quantile(_ share: Double) -> InstantVector<Key> {
        InstantVector(.call(.histogramQuantile, [PromQLExpression(.number(share)), expression]))
    }

    /// The growth of each bucket, as a heatmap draws it.
    public var buckets: InstantVector<Key> { InstantVector(expression) }
}

/// The label `le` of a histogram's buckets.
package enum BucketBound {
    /// Finds a bound as every format writes it: text 0.0.4 has `1` where OpenMetrics, which Prometheus prefers, has `1.0`.
    package static func matcher(_ bound: Double) -> PromQLMatcher {
        let text = PromQLNumber.string(bound)
        return text.contains(".") || bound.isInfinite
            ? .label("le", .equals, bound.isInfinite ? "+Inf" : text) : .label("le", .matches, "\(text)([.]0)?")
    }
}
