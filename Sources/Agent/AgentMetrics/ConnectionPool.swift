public import ApusMetrics

/// Connection pools of database clients, named after OpenTelemetry's semantic conventions.
public enum ConnectionPool: MetricSubsystem {
    public static let connections = Gauge<ConnectionStateLabels>(
        "db_client_connections", "Open connections of a pool, by state.")
    public static let maxConnections = Gauge<PoolLabels>(
        "db_client_connections_max", "Most connections that a pool may open.")
    public static let waitTime = Histogram<PoolLabels>(
        "db_client_connections_wait_time_seconds", "Time a caller waited for a connection.")

    public static let title = "Database clients"
    public static let origin = MetricOrigin.service
    public static let families = [connections.family, maxConnections.family, waitTime.family]
}

public enum ConnectionState: String, CaseIterable, Sendable { case idle, used }

public struct ConnectionStateLabels: LabelSet {
    public enum Key: String, LabelKey { case pool, state }
    public let pool: String
    public let state: ConnectionState
    public init(pool: String, state: ConnectionState) {
        self.pool = pool
        self.state = state
    }
    public subscript(key: Key) -> String {
        switch key {
        case .pool: pool
        case .state: state.rawValue
        }
    }
}

public struct PoolLabels: LabelSet {
    public enum Key: String, LabelKey { case pool }
    public let pool: String
    public init(pool: String) { self.pool = pool }
    public subscript(key: Key) -> String { pool }
}
