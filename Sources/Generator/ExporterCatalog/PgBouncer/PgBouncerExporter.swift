public import ApusMetrics

/// PgBouncer, as the pgbouncer_exporter of the Prometheus community serves it.
///
/// Debian's package prometheus-pgbouncer-exporter (1.7) is another program with other names; it ends at once with
/// PgBouncer 1.8 and later, which lack a column that it reads.
public enum PgBouncerExporter {
    /// What it is called, the version that this was read from, and its families.
    public static let exporter = Exporter(
        name: "pgbouncer_exporter", version: "0.7.0",
        subsystems: [
            ("Server", Server.families),
            ("Pools", Pools.families),
            ("Traffic", Traffic.families),
            ("Databases", Databases.families),
        ])

    /// All its families.
    public static var families: [MetricFamily] { exporter.families }
}
