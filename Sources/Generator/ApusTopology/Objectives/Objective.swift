import AgentMetrics
public import ApusMetrics
public import ApusPromQL
import NotificationMetrics

/// A share of events that shall be good over a period: an SLO.
///
/// ```swift
/// Objective.availability(of: "api", 0.999)
/// Objective.latency(of: "api", 0.99, below: 0.25)
/// Objective("orders", of: "shop", target: 0.995, bad: Shop.failures.series, total: Shop.orders.series)
/// ```
public struct Objective: Hashable, Sendable {
    /// Unique in the fleet; the label `objective` of its series.
    public let name: String
    /// The service that it is about.
    public let service: String
    /// The share of good events, above 0 and below 1.
    public let target: Double
    /// Over which the target holds; Prometheus must keep as much.
    public let period: Duration
    public let indicator: ServiceIndicator
    public let burnRates: [BurnRate]
    public let place: SourcePlace

    public init(
        _ name: String, of service: String, target: Double, period: Duration = .seconds(30 * 86_400),
        indicator: ServiceIndicator, burnRates: [BurnRate] = BurnRate.usual, fileID: String = #fileID, line: Int = #line
    ) {
        self.name = name
        self.service = service
        self.target = target
        self.period = period
        self.indicator = indicator
        self.burnRates = burnRates
        place = SourcePlace(fileID: fileID, line: line)
    }

    /// Of events that counters count.
    public init<Bad: MonotonicDeclaration, Total: MonotonicDeclaration>(
        _ name: String, of service: String, target: Double, bad: Series<Bad>, total: Series<Total>,
        period: Duration = .seconds(30 * 86_400), burnRates: [BurnRate] = BurnRate.usual, fileID: String = #fileID,
        line: Int = #line
    ) {
        self.init(
            name, of: service, target: target, period: period,
            indicator: .failures(bad: [bad.selector], total: [total.selector]), burnRates: burnRates, fileID: fileID, line: line
        )
    }

    /// Of durations or sizes within a bound, which is one of the histogram's.
    public init<Metric: BucketedDeclaration>(
        _ name: String, of service: String, target: Double, observations: Series<Metric>, within bound: Double,
        period: Duration = .seconds(30 * 86_400), burnRates: [BurnRate] = BurnRate.usual, fileID: String = #fileID,
        line: Int = #line
    ) {
        self.init(
            name, of: service, target: target, period: period,
            indicator: .within(histogram: observations.selector, bound: bound), burnRates: burnRates, fileID: fileID, line: line
        )
    }

    /// Requests that are not answered with status 5xx; named `SERVICE-availability`.
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

    /// Requests that are answered within so many seconds, one of the bounds of the histogram; named `SERVICE-latency`.
    public static func latency(
        of service: String, _ target: Double, below seconds: Double, period: Duration = .seconds(30 * 86_400),
        fileID: String = #fileID, line: Int = #line
    ) -> Self {
        Self(
            "\(service)-latency", of: service, target: target,
            observations: HTTPServer.requestDuration.series.matching(.service, service), within: seconds, period: period,
            fileID: fileID, line: line)
    }

    /// Attempts to deliver that succeed; named `SERVICE-deliveries`.
    public static func deliveries(
        of service: String, _ target: Double, period: Duration = .seconds(30 * 86_400), fileID: String = #fileID,
        line: Int = #line
    ) -> Self {
        let failures = Notifications.failures.series.matching(.service, service).selector
        let delivered = Notifications.delivered.series.matching(.service, service).selector
        return Self(
            "\(service)-deliveries", of: service, target: target, period: period,
            indicator: .failures(bad: [failures], total: [delivered, failures]), fileID: fileID, line: line)
    }

    /// Notifications that a worker takes up within so many seconds of their time; named `SERVICE-pickup`.
    public static func pickup(
        of service: String, _ target: Double, below seconds: Double, period: Duration = .seconds(30 * 86_400),
        fileID: String = #fileID, line: Int = #line
    ) -> Self {
        Self(
            "\(service)-pickup", of: service, target: target,
            observations: Notifications.pickupDelay.series.matching(.service, service), within: seconds, period: period,
            fileID: fileID, line: line)
    }
}
