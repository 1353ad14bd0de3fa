/// Groups of metrics that a service can record: alerts and panels are generated only of what somebody records.
public enum RecordedMetrics: String, CaseIterable, Hashable, Sendable {
    /// Requests by method, route and status.
    case requests
    /// Its connection pool.
    case pool
    /// The queue of notifications, attempts to deliver, leases.
    case deliveries
}
