public import ApusMetrics

/// The series of a declaration: what a query starts from.
///
/// A counter offers rates, a gauge its value, a histogram its quantiles, and labels are those of the declaration and its target.
/// Nothing else compiles: no rate of a gauge, no bare counter, no quantile without buckets, no label that the metric lacks.
///
/// ```swift
/// HTTPServer.requestDuration.series.countRate(over: .minutes(5)).sum()
/// Contract.cpuUsage.series.matching(.service, "worker").value > 70
/// HTTPServer.requestDuration.series.bucketRates(over: .minutes(5)).sum(by: .label(.route)).quantile(0.95)
/// ```
public struct Series<Metric: MetricDeclaration>: Sendable {
    public typealias Key = SeriesKey<Metric.Labels.Key>

    package let selector: PromQLSelector

    /// Narrows the series to those whose label is, is not, matches or does not match a value.
    public func matching(_ key: Key, _ relation: MatchRelation, _ value: String) -> Self {
        Self(selector: selector.matching([.label(key.rawValue, relation, value)]))
    }

    /// Narrows the series to those whose label has a value.
    public func matching(_ key: Key, _ value: String) -> Self {
        matching(key, .equals, value)
    }

    /// Narrows the series to those that were recorded with these labels.
    public func matching(_ labels: Metric.Labels) -> Self {
        Self(selector: selector.matching(labels.pairs.map { .label($0.0, .equals, $0.1) }))
    }

    /// The series as they were some time ago; a negative time looks ahead.
    public func offset(by duration: Duration) -> Self {
        var selector = selector
        selector.modifiers.offset = PromQLDuration(duration)
        return Self(selector: selector)
    }

    /// The series at a fixed time, whenever the query is evaluated (`@`).
    public func at(_ time: QueryTime) -> Self {
        var selector = selector
        selector.modifiers.time = time.modifier
        return Self(selector: selector)
    }

    /// 1 when there is no such series, and nothing when there is; the result has the labels that were matched as equal.
    public var absent: InstantVector<Key> {
        InstantVector(.call(.absent, [PromQLExpression(.selector(selector))]))
    }

    /// 1 when there was no such series in a whole window, and nothing when there was.
    public func absent(over window: RateWindow) -> InstantVector<Key> {
        InstantVector(.call(.absentOverTime, [range(window)]))
    }

    /// 1 for each series that has a sample within a window.
    public func present(over window: RateWindow) -> InstantVector<Key> {
        InstantVector(.call(.presentOverTime, [range(window)]))
    }

    /// When each series' newest sample was taken, in seconds since 1970.
    public var timestamp: InstantVector<Key> {
        InstantVector(.call(.timestamp, [PromQLExpression(.selector(selector))]))
    }

    func range(_ window: RateWindow) -> PromQLExpression {
        PromQLExpression(.range(selector, window: window.duration))
    }
}

extension MetricDeclaration {
    /// All series of this declaration.
    public var series: Series<Self> { Series(selector: PromQLSelector(family)) }
}
