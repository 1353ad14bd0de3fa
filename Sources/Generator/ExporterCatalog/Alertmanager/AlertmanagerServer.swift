public import ApusMetrics

/// Alertmanager, as it serves itself.
public enum AlertmanagerServer {
    /// What it is called, the version that this was read from, and its families.
    public static let exporter = Exporter(
        name: "alertmanager", version: "0.25.0",
        subsystems: [
            ("Configuration and cluster", Configuration.families),
            ("Alerts and silences", Alerts.families),
            ("Notifications", Notifications.families),
        ])

    /// All its families.
    public static var families: [MetricFamily] { exporter.families }
}
