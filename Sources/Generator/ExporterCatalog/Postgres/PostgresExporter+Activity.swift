public import ApusMetrics

extension PostgresExporter {
    /// Connections, transactions under way and locks.
    public enum Activity {
        public static let connections = Gauge<ActivityLabels>("pg_stat_activity_count", "Connections by database and state.")
        public static let longestTransaction = Gauge<ActivityLabels>(
            "pg_stat_activity_max_tx_duration", "Seconds since the oldest transaction began, by database and state.")
        public static let locks = Gauge<LockLabels>("pg_locks_count", "Locks by database and mode.")
        public static let databaseConnections = Gauge<DatabaseLabels>(
            "pg_stat_database_numbackends", "Connections by database.")

        static let families = [
            connections.family, longestTransaction.family, locks.family, databaseConnections.family,
        ]
    }

    public struct ActivityLabels: LabelSet {
        public enum Key: String, LabelKey {
            case server
            case database = "datname"
            case state
        }
        public let server: String
        public let database: String
        /// `active`, `idle`, `idle in transaction`, `idle in transaction (aborted)`, `fastpath function call` or `disabled`.
        public let state: String
        public init(server: String, database: String, state: String) {
            self.server = server
            self.database = database
            self.state = state
        }
        public subscript(key: Key) -> String {
            switch key {
            case .server: server
            case .database: database
            case .state: state
            }
        }
    }

    public struct LockLabels: LabelSet {
        public enum Key: String, LabelKey {
            case server
            case database = "datname"
            case mode
        }
        public let server: String
        public let database: String
        /// The lock mode in lower case: `accessexclusivelock`, `rowexclusivelock` and others.
        public let mode: String
        public init(server: String, database: String, mode: String) {
            self.server = server
            self.database = database
            self.mode = mode
        }
        public subscript(key: Key) -> String {
            switch key {
            case .server: server
            case .database: database
            case .mode: mode
            }
        }
    }

    public struct DatabaseLabels: LabelSet {
        public enum Key: String, LabelKey {
            case server
            case database = "datname"
            case databaseID = "datid"
        }
        public let server: String
        /// The database; empty for objects that all databases share.
        public let database: String
        public let databaseID: String
        public init(server: String, database: String, databaseID: String) {
            self.server = server
            self.database = database
            self.databaseID = databaseID
        }
        public subscript(key: Key) -> String {
            switch key {
            case .server: server
            case .database: database
            case .databaseID: databaseID
            }
        }
    }
}
