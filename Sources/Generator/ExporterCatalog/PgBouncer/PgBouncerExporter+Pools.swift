public import ApusMetrics

extension PgBouncerExporter {
    /// The metrics of each pool, which is a database and a user.
    public enum Pools {
        public static let clientsActive = Gauge<PoolLabels>(
            "pgbouncer_pools_client_active_connections", "Clients that have a connection to the server, or want none.")
        public static let clientsWaiting = Gauge<PoolLabels>(
            "pgbouncer_pools_client_waiting_connections", "Clients that wait for a connection to the server.")
        public static let longestWait = Gauge<PoolLabels>(
            "pgbouncer_pools_client_maxwait_seconds", "Seconds that the first waiting client has waited.")
        public static let serversActive = Gauge<PoolLabels>(
            "pgbouncer_pools_server_active_connections", "Connections to the server that a client has.")
        public static let serversIdle = Gauge<PoolLabels>(
            "pgbouncer_pools_server_idle_connections", "Connections to the server that are free to be used at once.")
        public static let serversUsed = Gauge<PoolLabels>(
            "pgbouncer_pools_server_used_connections",
            "Connections to the server that must be checked before they are used again.")
        public static let serversTesting = Gauge<PoolLabels>(
            "pgbouncer_pools_server_testing_connections", "Connections to the server that are being reset or checked.")
        public static let serversLoggingIn = Gauge<PoolLabels>(
            "pgbouncer_pools_server_login_connections", "Connections to the server that are being made.")

        static let families = [
            clientsActive.family, clientsWaiting.family, longestWait.family, serversActive.family, serversIdle.family,
            serversUsed.family, serversTesting.family, serversLoggingIn.family,
        ]
    }

    public struct PoolLabels: LabelSet {
        public enum Key: String, LabelKey { case database, user }
        /// The name that clients use.
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
}
