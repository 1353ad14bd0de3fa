import ApusMetrics

/// The label `le` of a histogram's buckets.
package enum BucketBound {
    /// Finds a bound as every format writes it: text 0.0.4 has `1` where OpenMetrics, which Prometheus prefers, has `1.0`.
    package static func matcher(_ bound: Double) -> PromQLMatcher {
        let text = PromQLNumber.string(bound)
        return text.contains(".") || bound.isInfinite
            ? .label("le", .equals, bound.isInfinite ? "+Inf" : text) : .label("le", .matches, "\(text)([.]0)?")
    }
}
