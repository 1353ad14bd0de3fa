public import ApusMetrics

extension RedisExporter {
    /// Connections of clients.
    public enum Clients {
        public static let connected = Gauge<NoLabels>("redis_connected_clients", "Connections of clients, without replicas.")
        public static let blocked = Gauge<NoLabels>("redis_blocked_clients", "Clients that wait in a blocking command.")
        public static let limit = Gauge<NoLabels>("redis_config_maxclients", "Most connections that the server takes.")
        public static let accepted = Counter<NoLabels>("redis_connections_received_total", "Connections that were taken.")
        public static let rejected = Counter<NoLabels>(
            "redis_rejected_connections_total", "Connections turned away because of the limit.")
        public static let receivedBytes = Counter<NoLabels>("redis_net_input_bytes_total", "Bytes received.")
        public static let sentBytes = Counter<NoLabels>("redis_net_output_bytes_total", "Bytes sent.")

        static let families = [
            connected.family, blocked.family, limit.family, accepted.family, rejected.family, receivedBytes.family,
            sentBytes.family,
        ]
    }
}
