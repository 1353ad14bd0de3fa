public import ApusMetrics

extension RedisExporter {
    /// Snapshots (RDB) and the append-only file.
    public enum Persistence {
        public static let changesSinceSave = Gauge<NoLabels>(
            "redis_rdb_changes_since_last_save", "Changes that no snapshot holds yet.")
        public static let lastSave = Gauge<NoLabels>(
            "redis_rdb_last_save_timestamp_seconds", "When the last snapshot was made, in seconds since the Unix epoch.")
        public static let lastSaveSucceeded = Gauge<NoLabels>(
            "redis_rdb_last_bgsave_status", "1 when the last snapshot succeeded, else 0.")
        public static let lastSaveDuration = Gauge<NoLabels>(
            "redis_rdb_last_bgsave_duration_sec", "Seconds that the last snapshot took; -1 before the first.")
        public static let saving = Gauge<NoLabels>("redis_rdb_bgsave_in_progress", "1 while a snapshot is made, else 0.")
        public static let appendOnly = Gauge<NoLabels>("redis_aof_enabled", "1 when there is an append-only file, else 0.")
        public static let lastRewriteSucceeded = Gauge<NoLabels>(
            "redis_aof_last_bgrewrite_status", "1 when the last rewriting of the append-only file succeeded, else 0.")
        public static let lastWriteSucceeded = Gauge<NoLabels>(
            "redis_aof_last_write_status", "1 when the last write to the append-only file succeeded, else 0.")
        public static let lastForkDuration = Gauge<NoLabels>(
            "redis_latest_fork_seconds", "Time that the last fork took, in which nobody was served.")

        static let families = [
            changesSinceSave.family, lastSave.family, lastSaveSucceeded.family, lastSaveDuration.family, saving.family,
            appendOnly.family, lastRewriteSucceeded.family, lastWriteSucceeded.family, lastForkDuration.family,
        ]
    }
}
