public import ApusMetrics

extension PgBouncerExporter {
    /// The databases of the configuration and their limits.
    public enum Databases {
        public static let poolSize = Gauge<TargetLabels>(
            "pgbouncer_databases_pool_size", "Most connections to the server, by user.")
        public static let reserve = Gauge<TargetLabels>(
            "pgbouncer_databases_reserve_pool", "Connections that may be made on top when clients wait long.")
        public static let maxConnections = Gauge<TargetLabels>(
            "pgbouncer_databases_max_connections", "Most connections to the server over all users; 0 without a limit.")
        public static let connections = Gauge<TargetLabels>(
            "pgbouncer_databases_current_connections", "Connections to the server.")
        public static let paused = Gauge<TargetLabels>("pgbouncer_databases_paused", "1 while it is paused, else 0.")
        public static let disabled = Gauge<TargetLabels>(
            "pgbouncer_databases_disabled", "1 while it takes no new clients, else 0.")

        static let families = [
            poolSize.family, reserve.family, maxConnections.family, connections.family, paused.family, disabled.family,
        ]
    }

    public struct TargetLabels: LabelSet {
        public enum Key: String, LabelKey {
            case name
            case host
            case port
            case database
            case user = "force_user"
            case mode = "pool_mode"
        }
        /// The name that clients use.
        public let name: String
        public let host: String
        public let port: String
        /// The name on the server.
        public let database: String
        /// The user of the server; empty when clients log in as themselves.
        public let user: String
        /// The pool mode; empty when it is the general one.
        public let mode: String
        public init(name: String, host: String, port: String, database: String, user: String, mode: String) {
            self.name = name
            self.host = host
            self.port = port
            self.database = database
            self.user = user
            self.mode = mode
        }
        public subscript(key: Key) -> String {
            switch key {
            case .name: name
            case .host: host
            case .port: port
            case .database: database
            case .user: user
            case .mode: mode
            }
        }
    }
}
