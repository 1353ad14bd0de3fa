public import ApusMetrics

extension PostgresExporter {
    /// Whether the server answers, and the exporter's own work.
    public enum Server {
        public static let up = Gauge<NoLabels>("pg_up", "1 when the exporter could ask PostgreSQL at this scrape, else 0.")
        public static let version = Gauge<VersionLabels>(
            "pg_static", "Always 1; the version is in the labels. Served as untyped.")
        public static let build = Gauge<GoBuildLabels>(
            "postgres_exporter_build_info", "Always 1; the exporter's version is in the labels.")
        public static let scrapeError = Gauge<NoLabels>(
            "pg_exporter_last_scrape_error", "1 when a query of the last scrape failed, else 0.")
        public static let scrapeDuration = Gauge<NoLabels>(
            "pg_exporter_last_scrape_duration_seconds", "Time that the last scrape took.")
        public static let collectorSucceeded = Gauge<CollectorLabels>(
            "pg_scrape_collector_success", "1 when the collector succeeded at this scrape, else 0.")

        static let families = [
            up.family, version.family, build.family, scrapeError.family, scrapeDuration.family, collectorSucceeded.family,
        ]
    }

    public struct VersionLabels: LabelSet {
        public enum Key: String, LabelKey {
            case server
            case version
            case shortVersion = "short_version"
        }
        public let server: String
        public let version: String
        public let shortVersion: String
        public init(server: String, version: String, shortVersion: String) {
            self.server = server
            self.version = version
            self.shortVersion = shortVersion
        }
        public subscript(key: Key) -> String {
            switch key {
            case .server: server
            case .version: version
            case .shortVersion: shortVersion
            }
        }
    }

    public struct CollectorLabels: LabelSet {
        public enum Key: String, LabelKey { case collector }
        public let collector: String
        public init(collector: String) {
            self.collector = collector
        }
        public subscript(key: Key) -> String { collector }
    }
}
