public import ApusMetrics

extension PrometheusServer {
    /// The configuration, targets and what was wrong with scrapes.
    public enum Configuration {
        public static let build = Gauge<GoBuildLabels>("prometheus_build_info", "Always 1; the version is in the labels.")
        public static let ready = Gauge<NoLabels>("prometheus_ready", "1 once it serves, else 0.")
        public static let loaded = Gauge<NoLabels>(
            "prometheus_config_last_reload_successful", "1 when the configuration was taken the last time, else 0.")
        public static let loadTime = Gauge<NoLabels>(
            "prometheus_config_last_reload_success_timestamp_seconds",
            "When the configuration was taken last, in seconds since the Unix epoch.")
        public static let failedDiscoveries = Gauge<ConfigurationLabels>(
            "prometheus_sd_failed_configs", "Configurations of service discovery that could not be loaded.")
        public static let duplicateTimestamps = Counter<NoLabels>(
            "prometheus_target_scrapes_sample_duplicate_timestamp_total",
            "Scraped samples refused for a value that differs at the same time.")
        public static let outOfOrder = Counter<NoLabels>(
            "prometheus_target_scrapes_sample_out_of_order_total", "Scraped samples refused for being older than what is there."
        )
        public static let outOfBounds = Counter<NoLabels>(
            "prometheus_target_scrapes_sample_out_of_bounds_total",
            "Scraped samples refused for being out of the time that is open.")
        public static let overSampleLimit = Counter<NoLabels>(
            "prometheus_target_scrapes_exceeded_sample_limit_total", "Scrapes refused for more samples than `sample_limit`.")
        public static let overBodyLimit = Counter<NoLabels>(
            "prometheus_target_scrapes_exceeded_body_size_limit_total", "Scrapes refused for more bytes than `body_size_limit`."
        )

        static let families = [
            build.family, ready.family, loaded.family, loadTime.family, failedDiscoveries.family,
            duplicateTimestamps.family, outOfOrder.family, outOfBounds.family, overSampleLimit.family,
            overBodyLimit.family,
        ]
    }

    public struct ConfigurationLabels: LabelSet {
        public enum Key: String, LabelKey { case name }
        /// `scrape` or `notify`.
        public let name: String
        public init(name: String) {
            self.name = name
        }
        public subscript(key: Key) -> String { name }
    }
}
