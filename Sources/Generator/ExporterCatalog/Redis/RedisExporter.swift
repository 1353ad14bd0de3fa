public import ApusMetrics

/// Redis, as redis_exporter serves it.
public enum RedisExporter {
    /// The exporter's name, the version that its families were read from, and these.
    public static let exporter = Exporter(
        name: "redis_exporter", version: "1.45.0",
        subsystems: [
            ("Server", Server.families),
            ("Clients", Clients.families),
            ("Memory", Memory.families),
            ("Commands", Commands.families),
            ("Keys", Keys.families),
            ("Persistence", Persistence.families),
            ("Replication", Replication.families),
            ("The exporter", Scrape.families),
        ])

    /// The scrape job of all its targets, and so the label `job` of what they serve.
    public static let job = "redis"

    /// Every family of the exporter.
    public static var families: [MetricFamily] { exporter.families }
}

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

extension RedisExporter {
    /// Memory and its limit.
    public enum Memory {
        public static let used = Gauge<NoLabels>("redis_memory_used_bytes", "Memory that the server has allocated.")
        public static let limit = Gauge<NoLabels>("redis_memory_max_bytes", "Most memory for data; 0 without a limit.")
        public static let peak = Gauge<NoLabels>("redis_memory_used_peak_bytes", "Most memory that was ever allocated.")
        public static let resident = Gauge<NoLabels>("redis_memory_used_rss_bytes", "Resident memory of the process.")
        public static let dataset = Gauge<NoLabels>("redis_memory_used_dataset_bytes", "Memory of the data alone.")
        public static let fragmentation = Gauge<NoLabels>(
            "redis_mem_fragmentation_ratio", "Resident memory over allocated memory.")

        static let families = [
            used.family, limit.family, peak.family, resident.family, dataset.family, fragmentation.family,
        ]
    }
}
