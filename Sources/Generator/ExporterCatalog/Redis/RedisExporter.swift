public import ApusMetrics

/// Redis, as redis_exporter serves it.
public enum RedisExporter {
    /// What it is called, the version that this was read from, and its families.
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

    /// All its families.
    public static var families: [MetricFamily] { exporter.families }
}
