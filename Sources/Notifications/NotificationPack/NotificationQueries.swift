import AgentMetrics
import ApusMetrics
import ApusPromQL
import ApusTopology
import NotificationMetrics

/// Queries that alerts and panels share, so that both speak of the same thing.
enum NotificationQueries {
    /// Notifications of some states by service. Every worker reports the same queue, so the largest report counts once.
    static func depth(_ series: Series<Gauge<QueueStateLabels>>) -> InstantVector<TargetKey> {
        series.value.max(by: .service, .label(.state)).sum(perTarget: .service)
    }

    /// Notifications in the queue by state. Every process reports the same queue, so the largest report counts once.
    static var queueDepth: InstantVector<SeriesKey<QueueStateLabels.Key>> {
        Contract.queueDepth.series.value.max(by: .label(.state))
    }

    /// Attempts to deliver per second that failed, over all processes.
    static func failures(over window: RateWindow) -> InstantVector<NoKey> {
        Notifications.failures.series.rate(over: window).sum()
    }

    /// Deliveries per second over all processes.
    static func deliveries(over window: RateWindow) -> InstantVector<NoKey> {
        Notifications.delivered.series.rate(over: window).sum()
    }

    /// Failed attempts among all attempts; without a value when there was none.
    static func errorRatio(over window: RateWindow) -> InstantVector<NoKey> {
        failures(over: window) / (deliveries(over: window) + failures(over: window) > 0)
    }

    /// Deliveries among all attempts; without a value when there was none.
    static func successRatio(over window: RateWindow) -> InstantVector<NoKey> {
        deliveries(over: window) / (deliveries(over: window) + failures(over: window) > 0)
    }
}
