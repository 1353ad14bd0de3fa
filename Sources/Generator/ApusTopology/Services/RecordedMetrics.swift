public import ApusMetrics
import AgentMetrics

/// A group of metrics that a service can record: alerts and panels are generated only of what somebody records.
///
/// A pack of alerts and dashboards declares the group that it is about, and a service says that it records it:
///
/// ```swift
/// extension RecordedMetrics {
///     static let orders = RecordedMetrics("orders", families: Shop.families)
/// }
///
/// FleetService("shop", role: .api, records: [.requests, .orders]) { … }
/// ```
public struct RecordedMetrics: Hashable, Sendable {
    /// The name, by which two groups are the same.
    public let name: String
    public let families: [MetricFamily]

    public init(_ name: String, families: [MetricFamily]) {
        self.name = name
        self.families = families
    }

    /// Requests by method, route and status.
    public static let requests = Self("requests", families: HTTPServer.families)
    /// The service's connection pool.
    public static let pool = Self("pool", families: ConnectionPool.families)

    public static func == (left: Self, right: Self) -> Bool { left.name == right.name }

    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
