public import ApusMetrics

/// An expression whose result Prometheus keeps under a name: a declaration like any other, of which alerts, panels and other
/// rules take the value.
///
/// ```swift
/// let failed = RecordingRule("service:requests_failed:rate5m", requests.rate(over: .minutes(5)).sum(by: .service))
/// let alert = failed.value > 5
/// ```
public struct RecordingRule<Key: LabelKey>: Sendable {
    /// `level:metric:operations` by convention.
    public let name: String
    public let expression: PromQLExpression
    /// Labels that every series of the result gets.
    public let labels: [(key: Key, value: String)]

    public init(_ name: String, _ vector: InstantVector<Key>) {
        self.name = name
        expression = vector.expression
        labels = []
    }

    /// A rule whose result gets labels that the vector has not: `Key` names them and those that the vector keeps.
    public init<Source>(_ name: String, _ vector: InstantVector<Source>, adding labels: [(key: Key, value: String)]) {
        self.name = name
        expression = vector.expression
        self.labels = labels
    }

    /// The newest value of each series.
    public var value: InstantVector<Key> { InstantVector(.selector(selector)) }

    /// All values within a window.
    public func samples(over window: RateWindow) -> RangeVector<Key> {
        RangeVector(PromQLExpression(.range(selector, window: window.duration)))
    }

    /// The newest value of the series whose label has a value.
    public func value(matching key: Key, _ value: String) -> InstantVector<Key> {
        InstantVector(.selector(selector.matching([.label(key.rawValue, .equals, value)])))
    }

    fileprivate var selector: PromQLSelector {
        PromQLSelector(
            MetricFamily(
                name: name, kind: .gauge, help: "Recorded: \(expression)", labelNames: Key.allCases.map(\.rawValue)))
    }
}

extension RecordingRule {
    /// All values within a window of the series whose label has a value.
    public func samples(over window: RateWindow, matching key: Key, _ value: String) -> RangeVector<Key> {
        RangeVector(
            PromQLExpression(
                .range(selector.matching([.label(key.rawValue, .equals, value)]), window: window.duration)))
    }
}

/// What Prometheus itself records of each target at each scrape.
public enum ScrapeMetrics {
    public static let up = Gauge<NoLabels>("up", "1 when the target was scraped, 0 when it was not.")
    public static let duration = Gauge<NoLabels>("scrape_duration_seconds", "Duration of the scrape.")

    /// Every family that Prometheus adds to a target that it scrapes.
    package static let families = [up.family, duration.family]
}
