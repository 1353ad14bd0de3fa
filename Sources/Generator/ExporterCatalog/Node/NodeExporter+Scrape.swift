public import ApusMetrics

extension NodeExporter {
    /// The exporter's own work, and files of collector `textfile`.
    public enum Scrape {
        public static let build = Gauge<GoBuildLabels>("node_exporter_build_info", "Always 1; the version is in the labels.")
        public static let succeeded = Gauge<CollectorLabels>(
            "node_scrape_collector_success", "1 when the collector succeeded at this scrape, else 0.")
        public static let duration = Gauge<CollectorLabels>(
            "node_scrape_collector_duration_seconds", "Time that the collector took.")
        public static let textfileError = Gauge<NoLabels>(
            "node_textfile_scrape_error", "1 when a text file could not be read, else 0.")
        public static let textfileTime = Gauge<FileLabels>(
            "node_textfile_mtime_seconds", "When a text file was changed last, in seconds since the Unix epoch.")

        static let families = [
            build.family, succeeded.family, duration.family, textfileError.family, textfileTime.family,
        ]
    }

    public struct CollectorLabels: LabelSet {
        public enum Key: String, LabelKey { case collector }
        public let collector: String
        public init(collector: String) {
            self.collector = collector
        }
        public subscript(key: Key) -> String { collector }
    }

    public struct FileLabels: LabelSet {
        public enum Key: String, LabelKey { case file }
        public let file: String
        public init(file: String) {
            self.file = file
        }
        public subscript(key: Key) -> String { file }
    }
}
