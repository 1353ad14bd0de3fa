/// A distribution, counted in buckets with fixed upper bounds.
public struct Histogram<Labels: LabelSet>: MetricDeclaration {
    public let family: MetricFamily

    /// - Parameters:
    ///   - name: with its base unit.
    ///   - help: one sentence for people.
    ///   - buckets: upper bounds, inclusive, ascending, in the unit of the name; `+Inf` is added.
    ///   - unit: what the name ends in; only needed for a unit that is not a usual one.
    ///   - exemplars: whether each bucket keeps the last exemplar that an observation came with: 272 bytes each.
    public init(
        _ name: String, _ help: String, buckets: [Double] = defaultDurationBuckets, unit: String? = nil,
        exemplars: Bool = false
    ) {
        family = MetricFamily(
            name: name, kind: .histogram, help: help, labelNames: Labels.labelNames, buckets: buckets, unit: unit,
            keepsExemplars: exemplars)
    }
}

/// Bounds for durations in seconds, from a millisecond to ten seconds: those of the Prometheus clients, and one below.
public let defaultDurationBuckets: [Double] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/// A distribution, counted in exponential buckets: a relative error that is the same everywhere, and no bounds to choose.
///
/// Formats that know no native histograms get classic buckets at powers of two (``NativeShape/classicExponents``).
public struct NativeHistogram<Labels: LabelSet>: MetricDeclaration {
    public let family: MetricFamily

    /// - Parameters:
    ///   - name: with its base unit.
    ///   - help: one sentence for people.
    ///   - shape: which buckets there are; each series has 8 bytes a bucket and a processor of memory that is touched.
    ///   - unit: what the name ends in; only needed for a unit that is not a usual one.
    public init(_ name: String, _ help: String, shape: NativeShape = .durations, unit: String? = nil) {
        family = MetricFamily(
            name: name, kind: .nativeHistogram, help: help, labelNames: Labels.labelNames, unit: unit, shape: shape)
    }
}

/// A count and a sum of observations, without quantiles: the cheapest way to a mean.
public struct Summary<Labels: LabelSet>: MetricDeclaration {
    public let family: MetricFamily

    /// - Parameters:
    ///   - name: with its base unit.
    ///   - help: one sentence for people.
    ///   - unit: what the name ends in; only needed for a unit that is not a usual one.
    public init(_ name: String, _ help: String, unit: String? = nil) {
        family = MetricFamily(name: name, kind: .summary, help: help, labelNames: Labels.labelNames, unit: unit)
    }
}
