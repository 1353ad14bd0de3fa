import AgentMetrics
import ApusMetrics
public import ApusPromQL

/// A share of events that shall be good over a period: an SLO.
///
/// ```swift
/// Objective.availability(of: "api", 0.999)
/// Objective.latency(of: "api", 0.99, below: 0.25)
/// Objective("orders", of: "shop", target: 0.995, bad: Shop.failures.series, total: Shop.orders.series)
/// ```
public struct Objective: FleetPart {
    /// Unique in the fleet; the label `objective` of its series.
    public let name: String
    /// The service that it is about.
    public let service: String
    /// The share of good events, above 0 and below 1.
    public let target: Double
    /// The time over which the target holds; Prometheus must keep as much.
    public let period: Duration
    public let indicator: ServiceIndicator
    /// The group of metrics that it counts, which its service must record; nil when it is of none.
    public let metrics: RecordedMetrics?
    public let burnRates: [BurnRate]
    public let place: SourcePlace

    public init(
        _ name: String, of service: String, target: Double, period: Duration = .seconds(30 * 86_400),
        indicator: ServiceIndicator, metrics: RecordedMetrics? = nil, burnRates: [BurnRate] = BurnRate.usual,
        fileID: String = #fileID, line: Int = #line
    ) {
        self.name = name
        self.service = service
        self.target = target
        self.period = period
        self.indicator = indicator
        self.metrics = metrics
        self.burnRates = burnRates
        place = SourcePlace(fileID: fileID, line: line)
    }

    /// Declares an objective over events, of which one counter counts the bad ones and another all.
    public init<Bad: MonotonicDeclaration, Total: MonotonicDeclaration>(
        _ name: String, of service: String, target: Double, bad: Series<Bad>, total: Series<Total>,
        metrics: RecordedMetrics? = nil, period: Duration = .seconds(30 * 86_400), burnRates: [BurnRate] = BurnRate.usual,
        fileID: String = #fileID, line: Int = #line
    ) {
        self.init(
            name, of: service, target: target, period: period,
            indicator: .failures(bad: [bad.selector], total: [total.selector]), metrics: metrics, burnRates: burnRates,
            fileID: fileID, line: line)
    }

    /// Declares an objective over events, of which one counter counts the good ones and another the bad ones.
    public init<Good: MonotonicDeclaration, Bad: MonotonicDeclaration>(
        _ name: String, of service: String, target: Double, good: Series<Good>, bad: Series<Bad>,
        metrics: RecordedMetrics? = nil, period: Duration = .seconds(30 * 86_400), burnRates: [BurnRate] = BurnRate.usual,
        fileID: String = #fileID, line: Int = #line
    ) {
        self.init(
            name, of: service, target: target, period: period,
            indicator: .failures(bad: [bad.selector], total: [good.selector, bad.selector]), metrics: metrics,
            burnRates: burnRates, fileID: fileID, line: line)
    }

    /// Declares an objective over durations or sizes, which shall be within a bound that is one of the histogram's.
    public init<Metric: BucketedDeclaration>(
        _ name: String, of service: String, target: Double, observations: Series<Metric>, within bound: Double,
        metrics: RecordedMetrics? = nil, period: Duration = .seconds(30 * 86_400), burnRates: [BurnRate] = BurnRate.usual,
        fileID: String = #fileID, line: Int = #line
    ) {
        self.init(
            name, of: service, target: target, period: period,
            indicator: .within(histogram: observations.selector, bound: bound), metrics: metrics, burnRates: burnRates,
            fileID: fileID, line: line)
    }

    /// Promises that requests are not answered with status 5xx; named `SERVICE-availability`.
    public static func availability(
        of service: String, _ target: Double, period: Duration = .seconds(30 * 86_400), fileID: String = #fileID,
        line: Int = #line
    ) -> Self {
        let requests = HTTPServer.requestDuration.series.matching(.service, service)
        return Self(
            "\(service)-availability", of: service, target: target, period: period,
            indicator: .failures(
                bad: [requests.matching(.label(.status), .matches, "5..").countSelector], total: [requests.countSelector]),
            fileID: fileID, line: line)
    }

    /// Promises that requests are answered within so many seconds, one of the bounds of the histogram; named `SERVICE-latency`.
    public static func latency(
        of service: String, _ target: Double, below seconds: Double, period: Duration = .seconds(30 * 86_400),
        fileID: String = #fileID, line: Int = #line
    ) -> Self {
        Self(
            "\(service)-latency", of: service, target: target,
            observations: HTTPServer.requestDuration.series.matching(.service, service), within: seconds, period: period,
            fileID: fileID, line: line)
    }
}

extension Objective {
    public var partName: String? { name }
    public var standsAlone: Bool { false }
}

extension Fleet {
    /// The objectives of the fleet, in order of declaration.
    public var objectives: [Objective] { parts(of: Objective.self) }
}

/// What an objective counts, as counters that are added up over all their series.
public enum ServiceIndicator: Hashable, Sendable {
    /// The bad events, and all of them.
    case failures(bad: [PromQLSelector], total: [PromQLSelector])
    /// The observations of a histogram within one of its bounds, in seconds, and all of them.
    case within(histogram: PromQLSelector, bound: Double)
}
