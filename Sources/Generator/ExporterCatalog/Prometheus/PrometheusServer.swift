public import ApusMetrics

/// Prometheus, as it serves itself.
public enum PrometheusServer {
    /// What it is called, the version that this was read from, and its families.
    public static let exporter = Exporter(
        name: "prometheus", version: "2.42.0",
        subsystems: [
            ("Configuration and scrapes", Configuration.families),
            ("Storage", Storage.families),
            ("Rules", Rules.families),
            ("Notifications", Notifications.families),
            ("Remote write", RemoteWrite.families),
            ("Queries", Queries.families),
        ])

    /// All its families.
    public static var families: [MetricFamily] { exporter.families }
}
