public import ApusMetrics

extension PostgresExporter {
    /// What pg_stat_bgwriter counts. PostgreSQL 17 has moved a part of it to another view.
    public enum Checkpoints {
        public static let timed = Counter<ServerLabels>(
            "pg_stat_bgwriter_checkpoints_timed_total", "Checkpoints that were due by time.")
        public static let requested = Counter<ServerLabels>(
            "pg_stat_bgwriter_checkpoints_req_total", "Checkpoints that were asked for, as by much WAL.")
        public static let writeTime = Counter<ServerLabels>(
            "pg_stat_bgwriter_checkpoint_write_time_total", "Milliseconds of checkpoints writing files.")
        public static let syncTime = Counter<ServerLabels>(
            "pg_stat_bgwriter_checkpoint_sync_time_total", "Milliseconds of checkpoints waiting for the disk.")
        public static let buffersByCheckpoints = Counter<ServerLabels>(
            "pg_stat_bgwriter_buffers_checkpoint_total", "Buffers that checkpoints wrote.")
        public static let buffersByWriter = Counter<ServerLabels>(
            "pg_stat_bgwriter_buffers_clean_total", "Buffers that the background writer wrote.")
        public static let buffersByBackends = Counter<ServerLabels>(
            "pg_stat_bgwriter_buffers_backend_total", "Buffers that connections had to write themselves.")
        public static let syncsByBackends = Counter<ServerLabels>(
            "pg_stat_bgwriter_buffers_backend_fsync_total", "Times that a connection had to wait for the disk itself.")
        public static let buffersAllocated = Counter<ServerLabels>("pg_stat_bgwriter_buffers_alloc_total", "Buffers allocated.")
        public static let writerStops = Counter<ServerLabels>(
            "pg_stat_bgwriter_maxwritten_clean_total", "Times that the background writer stopped because it had written enough."
        )

        static let families = [
            timed.family, requested.family, writeTime.family, syncTime.family, buffersByCheckpoints.family,
            buffersByWriter.family, buffersByBackends.family, syncsByBackends.family, buffersAllocated.family,
            writerStops.family,
        ]
    }

    public struct ServerLabels: LabelSet {
        public enum Key: String, LabelKey { case server }
        /// Host and port that the exporter is connected to.
        public let server: String
        public init(server: String) {
            self.server = server
        }
        public subscript(key: Key) -> String { server }
    }
}
