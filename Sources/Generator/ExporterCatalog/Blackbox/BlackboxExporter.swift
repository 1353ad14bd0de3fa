public import ApusMetrics

/// Probes of HTTP, TCP and TLS from outside, as blackbox_exporter serves them: the expiry of certificates is among them.
public enum BlackboxExporter {
    /// What it is called, the version that this was read from, and its families.
    public static let exporter = Exporter(
        name: "blackbox_exporter", version: "0.23.0",
        subsystems: [
            ("Probes", Probe.families),
            ("Probes of HTTP", HTTP.families),
            ("Probes over TLS", TLS.families),
            ("The exporter", Configuration.families),
        ])

    /// All its families.
    public static var families: [MetricFamily] { exporter.families }
}
