public import ApusMetrics

/// The queue of notifications as the store counts it: from SQL, never from counters inside a process, which drift.
public enum Queue: MetricSubsystem {
    public static let depth = Gauge<QueueStateLabels>("queue_depth", "Entries of the queue, by state.")
    public static let oldestAge = Gauge<NoLabels>(
        "queue_oldest_age_seconds", "Age of the oldest entry that is due and held by nobody; 0 when there is none.")

    public static let title = "Queue"
    public static let origin = MetricOrigin.service
    public static let families = [depth.family, oldestAge.family]
}
