public import ApusMetrics

/// PostgreSQL, as postgres_exporter serves it.
///
/// The rising counts have no `_total`, but for the background writer's; that is how they are called. Since 0.13
/// `pg_replication_lag` is called `pg_replication_lag_seconds` where the exporter itself brings it.
public enum PostgresExporter {
    /// The exporter's name, the version that its families were read from, and these.
    public static let exporter = Exporter(
        name: "postgres_exporter", version: "0.11.1",
        subsystems: [
            ("Server", Server.families),
            ("Activity", Activity.families),
            ("Databases", Database.families),
            ("Checkpoints and background writer", Checkpoints.families),
            ("Replication and archive", Replication.families),
            ("Settings", Settings.families),
            ("Queries of the user's own", Queries.families),
        ])

    /// The scrape job of all its targets, and so the label `job` of what they serve.
    public static let job = "postgres"

    /// Every family of the exporter.
    public static var families: [MetricFamily] { exporter.families }
}
