public import ApusMetrics

/// What a PgBouncer says of its pools to a probe of the agent.
public enum ProbedPgBouncer: MetricSubsystem {
    public static let clients = Gauge<PgBouncerConnectionLabels>(
        "pgbouncer_pool_clients", "Clients of the pool, by state: active, waiting for a server, or one that cancels a query.")
    public static let servers = Gauge<PgBouncerConnectionLabels>(
        "pgbouncer_pool_servers", "Connections of the pool to the server, by state.")
    public static let longestWait = Gauge<PgBouncerPoolLabels>(
        "pgbouncer_pool_longest_wait_seconds", "Time that the client which waits longest for a connection has waited.")
    public static let maxClients = Gauge<NoLabels>("pgbouncer_max_clients", "Clients that the PgBouncer takes at most.")
    public static let items = Gauge<PgBouncerItemLabels>(
        "pgbouncer_items", "What the PgBouncer holds: databases, users, pools, and clients and servers that are free or used.")

    public static let title = "PgBouncers that are probed"
    public static let origin = MetricOrigin.probe
    public static let families = [clients.family, servers.family, longestWait.family, maxClients.family, items.family]
}

public struct PgBouncerPoolLabels: LabelSet {
    public enum Key: String, LabelKey { case database, user }
    public let database: String
    public let user: String
    public init(database: String, user: String) {
        self.database = database
        self.user = user
    }
    public subscript(key: Key) -> String {
        switch key {
        case .database: database
        case .user: user
        }
    }
}

public struct PgBouncerConnectionLabels: LabelSet {
    public enum Key: String, LabelKey { case database, user, state }
    public let database: String
    public let user: String
    public let state: String
    public init(database: String, user: String, state: String) {
        self.database = database
        self.user = user
        self.state = state
    }
    public subscript(key: Key) -> String {
        switch key {
        case .database: database
        case .user: user
        case .state: state
        }
    }
}

public struct PgBouncerItemLabels: LabelSet {
    public enum Key: String, LabelKey { case item }
    public let item: String
    public init(item: String) { self.item = item }
    public subscript(key: Key) -> String { item }
}
