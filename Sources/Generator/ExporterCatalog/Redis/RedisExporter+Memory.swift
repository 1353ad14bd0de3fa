public import ApusMetrics

extension RedisExporter {
    /// Memory and its limit.
    public enum Memory {
        public static let used = Gauge<NoLabels>("redis_memory_used_bytes", "Memory that the server has allocated.")
        public static let limit = Gauge<NoLabels>("redis_memory_max_bytes", "Most memory for data; 0 without a limit.")
        public static let peak = Gauge<NoLabels>("redis_memory_used_peak_bytes", "Most memory that was ever allocated.")
        public static let resident = Gauge<NoLabels>("redis_memory_used_rss_bytes", "Resident memory of the process.")
        public static let dataset = Gauge<NoLabels>("redis_memory_used_dataset_bytes", "Memory of the data alone.")
        public static let fragmentation = Gauge<NoLabels>(
            "redis_mem_fragmentation_ratio", "Resident memory over allocated memory.")

        static let families = [
            used.family, limit.family, peak.family, resident.family, dataset.family, fragmentation.family,
        ]
    }
}
