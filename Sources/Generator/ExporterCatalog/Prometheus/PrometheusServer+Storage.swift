public import ApusMetrics

extension PrometheusServer {
    /// The time series database.
    public enum Storage {
        public static let series = Gauge<NoLabels>("prometheus_tsdb_head_series", "Series in the head block.")
        public static let chunks = Gauge<NoLabels>("prometheus_tsdb_head_chunks", "Chunks in the head block.")
        public static let samples = Counter<SampleTypeLabels>(
            "prometheus_tsdb_head_samples_appended_total", "Samples appended.")
        public static let seriesCreated = Counter<NoLabels>(
            "prometheus_tsdb_head_series_created_total", "Series made in the head block.")
        public static let blocks = Gauge<NoLabels>("prometheus_tsdb_blocks_loaded", "Blocks that are loaded.")
        public static let blockBytes = Gauge<NoLabels>("prometheus_tsdb_storage_blocks_bytes", "Size of all blocks.")
        public static let retentionBytes = Gauge<NoLabels>(
            "prometheus_tsdb_retention_limit_bytes", "Most bytes of blocks; 0 without a limit.")
        public static let compactions = Counter<NoLabels>("prometheus_tsdb_compactions_total", "Compactions.")
        public static let compactionFailures = Counter<NoLabels>(
            "prometheus_tsdb_compactions_failed_total", "Compactions that failed.")
        public static let reloadFailures = Counter<NoLabels>(
            "prometheus_tsdb_reloads_failures_total", "Times that blocks could not be loaded.")
        public static let checkpointFailures = Counter<NoLabels>(
            "prometheus_tsdb_checkpoint_creations_failed_total", "Checkpoints of the write-ahead log that failed.")
        public static let corruptions = Counter<NoLabels>(
            "prometheus_tsdb_wal_corruptions_total", "Damages of the write-ahead log.")
        public static let truncationFailures = Counter<NoLabels>(
            "prometheus_tsdb_wal_truncations_failed_total", "Cuttings of the write-ahead log that failed.")

        static let families = [
            series.family, chunks.family, samples.family, seriesCreated.family, blocks.family, blockBytes.family,
            retentionBytes.family, compactions.family, compactionFailures.family, reloadFailures.family,
            checkpointFailures.family, corruptions.family, truncationFailures.family,
        ]
    }

    public struct SampleTypeLabels: LabelSet {
        public enum Key: String, LabelKey { case type }
        /// `float` or `histogram`.
        public let type: String
        public init(type: String) {
            self.type = type
        }
        public subscript(key: Key) -> String { type }
    }
}
