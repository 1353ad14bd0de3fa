import AgentMetrics
import ApusMetrics
import ApusPromQL
public import ApusTopology
import NotificationMetrics

extension RecordedMetrics {
    /// The queue of notifications, attempts to deliver, leases.
    public static let deliveries = Self(
        "deliveries", families: Notifications.families + Queue.families)
}

extension Threshold {
    /// The number of notifications in the queue, in all states.
    public static let queueDepth = ThresholdKey.count("queueDepth", UsualLimits.queueDepth, .high, "queue depth")
    /// The age of the oldest notification that is due and held by nobody.
    public static let queueAge = ThresholdKey.duration("queueAge", .seconds(UsualLimits.queueAgeSeconds), .high, "queue age")
    /// The share of failed attempts among all attempts to deliver, from 0 to 1.
    public static let errorRatio = ThresholdKey.ratio("errorRatio", 0.01, .critical, "failed attempts")
    /// The 95th percentile of the time of one attempt to deliver.
    public static let deliveryLatency = ThresholdKey.duration(
        "deliveryLatency", .seconds(5), .medium, "time of an attempt, p95", quantileOf: Notifications.attemptDuration.family)
    /// The share of leases lost to another worker among all claims, from 0 to 1.
    public static let lostLeases = ThresholdKey.ratio("lostLeases", 0.01, .medium, "lost leases")
    /// The share of notifications that leave the queue among those that come in, below which it grows without end.
    public static let throughput = ThresholdKey.ratio("throughput", 0.8, .medium, "notifications out to in")
}

extension Objective {
    /// Promises that attempts to deliver succeed; named `SERVICE-deliveries`.
    public static func deliveries(
        of service: String, _ target: Double, period: Duration = .seconds(30 * 86_400), fileID: String = #fileID,
        line: Int = #line
    ) -> Self {
        Self(
            "\(service)-deliveries", of: service, target: target,
            good: Notifications.delivered.series.matching(.service, service),
            bad: Notifications.failures.series.matching(.service, service), metrics: .deliveries, period: period,
            fileID: fileID, line: line)
    }

    /// Promises that a worker takes notifications up within so many seconds of their time; named `SERVICE-pickup`.
    public static func pickup(
        of service: String, _ target: Double, below seconds: Double, period: Duration = .seconds(30 * 86_400),
        fileID: String = #fileID, line: Int = #line
    ) -> Self {
        Self(
            "\(service)-pickup", of: service, target: target,
            observations: Notifications.pickupDelay.series.matching(.service, service), within: seconds,
            metrics: .deliveries, period: period, fileID: fileID, line: line)
    }
}

extension Scaling.Backlog {
    /// The notifications that wait for the workers of a service, as the alert on a deep queue counts them.
    public static func notifications(of service: String) -> Self {
        Self(
            NotificationQueries.depth(Contract.queueDepth.series.matching(.service, service)), watchedBy: Threshold.queueDepth)
    }
}
