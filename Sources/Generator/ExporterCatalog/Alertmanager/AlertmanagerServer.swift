public import ApusMetrics

/// Alertmanager, as it serves itself.
public enum AlertmanagerServer {
    /// The exporter's name, the version that its families were read from, and these.
    public static let exporter = Exporter(
        name: "alertmanager", version: "0.25.0",
        subsystems: [
            ("Configuration and cluster", Configuration.families),
            ("Alerts and silences", Alerts.families),
            ("Notifications", Notifications.families),
        ])

    /// The scrape job of all its targets, and so the label `job` of what they serve.
    public static let job = "alertmanager"

    /// Every family of the exporter.
    public static var families: [MetricFamily] { exporter.families }
}

extension AlertmanagerServer {
    /// The configuration, and the other members of a cluster.
    public enum Configuration {
        public static let build = Gauge<GoBuildLabels>("alertmanager_build_info", "Always 1; the version is in the labels.")
        public static let loaded = Gauge<NoLabels>(
            "alertmanager_config_last_reload_successful", "1 when the configuration was taken the last time, else 0.")
        public static let loadTime = Gauge<NoLabels>(
            "alertmanager_config_last_reload_success_timestamp_seconds",
            "When the configuration was taken last, in seconds since the Unix epoch.")
        public static let hash = Gauge<NoLabels>(
            "alertmanager_config_hash", "A number made of the configuration: members of a cluster must have the same.")
        public static let members = Gauge<NoLabels>(
            "alertmanager_cluster_members", "Members of the cluster; absent when there is none.")
        public static let failedPeers = Gauge<NoLabels>(
            "alertmanager_cluster_failed_peers", "Members that are lost; absent when there is no cluster.")

        static let families = [
            build.family, loaded.family, loadTime.family, hash.family, members.family, failedPeers.family,
        ]
    }
}
