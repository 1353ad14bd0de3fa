public import ApusMetrics

/// How promptly a service's executors run what they are given; its reporter asks each of them every second.
public enum Scheduling: MetricSubsystem {
    public static let lag = Gauge<ExecutorLabels>(
        "service_scheduling_lag_seconds",
        "Time from posting the last probe to an executor until it ran; while it has not run, the time since.")
    public static let longestLag = Gauge<ExecutorLabels>(
        "service_scheduling_lag_max_seconds", "Longest scheduling lag of an executor in the last sixty probes, about a minute.")

    public static let title = "Executors of services"
    public static let origin = MetricOrigin.service
    public static let families = [lag.family, longestLag.family]
}

public struct ExecutorLabels: LabelSet {
    public enum Key: String, LabelKey { case executor }
    /// The name under which the service has the executor watched, such as `cooperative-pool` or `event-loop-0`.
    public let executor: String
    public init(executor: String) { self.executor = executor }
    public subscript(key: Key) -> String { executor }
}
