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
    /// The number of connections of the service's pools by state: what most pools of other languages say of themselves.
    public static let connections = Self(
        "connections", families: [ConnectionPool.connections.family, Contract.databaseConnections.family])
    /// The heap in use, as a runtime of another language says it; whoever reports by ``ServiceReporting/segment`` always does.
    public static let heap = Self("heap", families: [ServiceProcess.heap.family])
    /// How late the one loop of the service runs what it is given.
    public static let eventLoopLag = Self("event-loop lag", families: [Scheduling.lag.family])

    public static func == (left: Self, right: Self) -> Bool { left.name == right.name }

    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
