public import ApusMetrics

/// nginx, as nginx-prometheus-exporter serves it.
public enum NginxExporter {
    /// What it is called, the version that this was read from, and its families.
    public static let exporter = Exporter(
        name: "nginx-prometheus-exporter", version: "0.11.0",
        subsystems: [
            ("nginx", Status.families)
        ])

    /// All its families.
    public static var families: [MetricFamily] { exporter.families }
}
