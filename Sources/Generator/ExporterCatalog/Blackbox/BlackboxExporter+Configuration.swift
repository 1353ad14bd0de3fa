public import ApusMetrics

extension BlackboxExporter {
    /// The exporter itself and its configuration; the path `/metrics`.
    public enum Configuration {
        public static let build = Gauge<GoBuildLabels>(
            "blackbox_exporter_build_info", "Always 1; the version is in the labels.")
        public static let loaded = Gauge<NoLabels>(
            "blackbox_exporter_config_last_reload_successful", "1 when its configuration was taken the last time, else 0.")
        public static let loadTime = Gauge<NoLabels>(
            "blackbox_exporter_config_last_reload_success_timestamp_seconds",
            "When its configuration was taken last, in seconds since the Unix epoch.")
        public static let unknownModules = Counter<NoLabels>(
            "blackbox_module_unknown_total", "Probes that asked for a module that is not there.")

        static let families = [
            build.family, loaded.family, loadTime.family, unknownModules.family,
        ]
    }
}
