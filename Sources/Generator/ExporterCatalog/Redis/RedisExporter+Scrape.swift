public import ApusMetrics

extension RedisExporter {
    /// The exporter's own work.
    public enum Scrape {
        public static let error = Gauge<ErrorLabels>(
            "redis_exporter_last_scrape_error", "1 when the last scrape failed, else 0.")
        public static let duration = Gauge<NoLabels>(
            "redis_exporter_last_scrape_duration_seconds", "Time that the last scrape took.")

        static let families = [
            error.family, duration.family,
        ]
    }

    public struct ErrorLabels: LabelSet {
        public enum Key: String, LabelKey {
            case error = "err"
        }
        /// What went wrong; empty when nothing did.
        public let error: String
        public init(error: String) {
            self.error = error
        }
        public subscript(key: Key) -> String { error }
    }
}
