public import ApusMetrics

extension PgBouncerExporter {
    /// Whether PgBouncer answers, its limits, and what it holds.
    public enum Server {
        public static let up = Gauge<NoLabels>(
            "pgbouncer_up", "1 when the exporter could ask PgBouncer at this scrape, else 0.")
        public static let version = Gauge<VersionLabels>("pgbouncer_version_info", "Always 1; the version is in the label.")
        public static let build = Gauge<GoBuildLabels>(
            "pgbouncer_exporter_build_info", "Always 1; the exporter's version is in the labels.")
        public static let maxClients = Gauge<NoLabels>(
            "pgbouncer_config_max_client_connections", "Most connections of clients.")
        public static let maxUserConnections = Gauge<NoLabels>(
            "pgbouncer_config_max_user_connections", "Most connections to servers by user; 0 without a limit.")
        public static let databases = Gauge<NoLabels>("pgbouncer_databases", "Databases.")
        public static let users = Gauge<NoLabels>("pgbouncer_users", "Users.")
        public static let pools = Gauge<NoLabels>("pgbouncer_pools", "Pools.")
        public static let clients = Gauge<NoLabels>("pgbouncer_used_clients", "Connections of clients.")
        public static let clientsLoggingIn = Gauge<NoLabels>("pgbouncer_login_clients", "Clients that are logging in.")
        public static let clientsFree = Gauge<NoLabels>(
            "pgbouncer_free_clients", "Slots for clients that are allocated and unused.")
        public static let servers = Gauge<NoLabels>("pgbouncer_used_servers", "Connections to servers.")
        public static let serversFree = Gauge<NoLabels>(
            "pgbouncer_free_servers", "Slots for servers that are allocated and unused.")
        public static let namesCached = Gauge<NoLabels>("pgbouncer_cached_dns_names", "Names of hosts in the cache.")
        public static let zonesCached = Gauge<NoLabels>("pgbouncer_cached_dns_zones", "Zones of hosts' names in the cache.")
        public static let nameQueries = Gauge<NoLabels>(
            "pgbouncer_in_flight_dns_queries", "Queries for names of hosts under way.")

        static let families = [
            up.family, version.family, build.family, maxClients.family, maxUserConnections.family, databases.family,
            users.family, pools.family, clients.family, clientsLoggingIn.family, clientsFree.family, servers.family,
            serversFree.family, namesCached.family, zonesCached.family, nameQueries.family,
        ]
    }

    public struct VersionLabels: LabelSet {
        public enum Key: String, LabelKey { case version }
        public let version: String
        public init(version: String) {
            self.version = version
        }
        public subscript(key: Key) -> String { version }
    }
}
