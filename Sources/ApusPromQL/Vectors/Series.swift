public import ApusMetrics

/// The series of a declaration: what a query starts from.
///
/// A counter offers rates, a gauge its value, a histogram its quantiles, and labels are those of the declaration and its target.
/// Nothing else compiles: no rate of a gauge, no bare counter, no quantile without buckets, no label that the metric lacks.
///
/// ```swift
/// Notifications.delivered.series.rate(over: .minutes(5)).sum()
/// Contract.cpuUsage.series.matching(.service, "worker").value > 70
/// Notifications.attemptDuration.series.bucketRates(over: .minutes(5)).sum(by: .label(.channel)).quantile(0.95)
/// ```
public struct Series<Metric: MetricDeclaration>: Sendable {
    public typealias Key = SeriesKey<Metric.Labels.Key>

    package let selector: SeriesSelector

    /// Only the series whose label is, is not, matches or does not match a value.
    public func matching(_ key: Key, _ relation: MatchRelation, _ value: String) -> Self {
        Self(selector: selector.matching([LabelMatcher(key.rawValue, relation, value)]))
    }

    /// Only the series whose label has a value.
    public func matching(_ key: Key, _ value: String) -> Self {
        matching(key, .equals, value)
    }

    /// Only the series that were recorded with these labels.
    public func matching(_ labels: Metric.Labels) -> Self {
        Self(selector: selector.matching(labels.pairs.map { LabelMatcher($0.0, .equals, $0.1) }))
    }

    /// 1 when there is no such series, and nothing when there is; the result has the labels that were matched as equal.
    public var absent: InstantVector<Key> {
        InstantVector(.call(.absent, [.selector(selector)]))
    }
}

extension MetricDeclaration {
    /// All series of this declaration.
    public var series: Series<Self> { Series(selector: SeriesSelector(family)) }
}
