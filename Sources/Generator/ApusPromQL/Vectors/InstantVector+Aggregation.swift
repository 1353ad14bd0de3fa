public import ApusMetrics

/// All series made one.
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
    /// 1 when there is a series.
    public func group() -> InstantVector<NoKey> { aggregated(.group) }
    /// The standard deviation of all series.
    public func standardDeviation() -> InstantVector<NoKey> { aggregated(.stddev) }
    /// The variance of all series.
    public func standardVariance() -> InstantVector<NoKey> { aggregated(.stdvar) }
    /// The value under which a share of the series lies, from 0 to 1.
    public func quantile(_ share: Double) -> InstantVector<NoKey> { aggregated(.quantile, share) }

    private func aggregated(_ aggregation: PromQLAggregation, _ parameter: Double? = nil) -> InstantVector<NoKey> {
        InstantVector<NoKey>(
            .aggregation(aggregation, nil, parameter: parameter.map { PromQLExpression(.number($0)) }, expression))
    }
}

/// Series that agree in some keys made one; they keep those keys.
extension InstantVector {
    /// The series that agree in some keys added up; they keep those keys.
    public func sum(by first: Key, _ others: Key...) -> Self { grouped(.sum, by: [first] + others) }
    /// The largest of the series that agree in some keys; they keep those keys.
    public func max(by first: Key, _ others: Key...) -> Self { grouped(.max, by: [first] + others) }
    /// The smallest of the series that agree in some keys; they keep those keys.
    public func min(by first: Key, _ others: Key...) -> Self { grouped(.min, by: [first] + others) }
    /// The mean of the series that agree in some keys; they keep those keys.
    public func avg(by first: Key, _ others: Key...) -> Self { grouped(.avg, by: [first] + others) }
    /// The number of series that agree in some keys; they keep those keys.
    public func count(by first: Key, _ others: Key...) -> Self { grouped(.count, by: [first] + others) }
    /// 1 for each combination of some keys that there is.
    public func group(by first: Key, _ others: Key...) -> Self { grouped(.group, by: [first] + others) }
    /// The standard deviation of the series that agree in some keys; they keep those keys.
    public func standardDeviation(by first: Key, _ others: Key...) -> Self { grouped(.stddev, by: [first] + others) }
    /// The variance of the series that agree in some keys; they keep those keys.
    public func standardVariance(by first: Key, _ others: Key...) -> Self { grouped(.stdvar, by: [first] + others) }
    /// The value under which a share of the series lies that agree in some keys, from 0 to 1.
    public func quantile(_ share: Double, by first: Key, _ others: Key...) -> Self {
        grouped(.quantile, PromQLExpression(.number(share)), by: [first] + others)
    }

    /// An aggregation over the series that agree in all keys but some.
    public func aggregated(_ aggregation: Aggregation, without first: Key, _ others: Key...) -> Self {
        Self(
            .aggregation(aggregation.operator, .without(([first] + others).names), parameter: nil, expression))
    }

    private func grouped(_ aggregation: PromQLAggregation, _ parameter: PromQLExpression? = nil, by keys: [Key]) -> Self {
        Self(.aggregation(aggregation, .by(keys.names), parameter: parameter, expression))
    }
}

/// Some of the series, as they are.
extension InstantVector {
    /// The series with the largest values.
    public func top(_ count: Int) -> Self { chosen(.topk, count, nil) }
    /// The series with the smallest values.
    public func bottom(_ count: Int) -> Self { chosen(.bottomk, count, nil) }
    /// The series with the largest values among those that agree in some keys.
    public func top(_ count: Int, by first: Key, _ others: Key...) -> Self {
        chosen(.topk, count, .by(([first] + others).names))
    }
    /// The series with the smallest values among those that agree in some keys.
    public func bottom(_ count: Int, by first: Key, _ others: Key...) -> Self {
        chosen(.bottomk, count, .by(([first] + others).names))
    }

    private func chosen(_ aggregation: PromQLAggregation, _ count: Int, _ grouping: PromQLGrouping?) -> Self {
        Self(.aggregation(aggregation, grouping, parameter: PromQLExpression(.number(Double(count))), expression))
    }
}

extension InstantVector {
    /// How many series have each value, which becomes the value of a label.
    public func countValues<Value: LabelKey>(as label: Value) -> InstantVector<Value> {
        InstantVector<Value>(
            .aggregation(.countValues, nil, parameter: PromQLExpression(.string(label.rawValue)), expression))
    }

    /// Adds up the series of each target label; the result has these only, whatever the declaration's own labels were, so
    /// that vectors of different declarations can be combined.
    public func sum<Own>(perTarget first: TargetKey, _ others: TargetKey...) -> InstantVector<TargetKey>
    where Key == SeriesKey<Own> {
        perTarget(.sum, [first] + others)
    }

    /// An aggregation over the series that agree in target labels; the result has these only.
    public func aggregated<Own>(
        _ aggregation: Aggregation, perTarget first: TargetKey, _ others: TargetKey...
    ) -> InstantVector<TargetKey> where Key == SeriesKey<Own> {
        perTarget(aggregation.operator, [first] + others)
    }

    private func perTarget(_ aggregation: PromQLAggregation, _ keys: [TargetKey]) -> InstantVector<TargetKey> {
        InstantVector<TargetKey>(.aggregation(aggregation, .by(keys.names), parameter: nil, expression))
    }
}

/// Aggregations that make one series of many, without a parameter.
public enum Aggregation: CaseIterable, Sendable {
    case sum, max, min, avg, count, group, standardDeviation, standardVariance

    var `operator`: PromQLAggregation {
        switch self {
        case .sum: .sum
        case .max: .max
        case .min: .min
        case .avg: .avg
        case .count: .count
        case .group: .group
        case .standardDeviation: .stddev
        case .standardVariance: .stdvar
        }
    }
}
