public import ApusMetrics

extension PostgresExporter {
    /// What pg_stat_database counts, and sizes.
    public enum Database {
        public static let size = Gauge<DatabaseNameLabels>("pg_database_size_bytes", "Size on disk.")
        public static let commits = Counter<DatabaseLabels>("pg_stat_database_xact_commit", "Transactions committed.")
        public static let rollbacks = Counter<DatabaseLabels>("pg_stat_database_xact_rollback", "Transactions rolled back.")
        public static let deadlocks = Counter<DatabaseLabels>("pg_stat_database_deadlocks", "Deadlocks.")
        public static let conflicts = Counter<DatabaseLabels>(
            "pg_stat_database_conflicts", "Queries cancelled on a standby because they were in the way of recovery.")
        public static let blocksRead = Counter<DatabaseLabels>(
            "pg_stat_database_blks_read", "Blocks that were not in the buffer cache.")
        public static let blocksHit = Counter<DatabaseLabels>(
            "pg_stat_database_blks_hit", "Blocks that were in the buffer cache.")
        public static let rowsReturned = Counter<DatabaseLabels>(
            "pg_stat_database_tup_returned", "Live rows read by scans of tables, and index entries by scans of indexes.")
        public static let rowsFetched = Counter<DatabaseLabels>(
            "pg_stat_database_tup_fetched", "Live rows fetched through indexes.")
        public static let rowsInserted = Counter<DatabaseLabels>("pg_stat_database_tup_inserted", "Rows inserted.")
        public static let rowsUpdated = Counter<DatabaseLabels>("pg_stat_database_tup_updated", "Rows updated.")
        public static let rowsDeleted = Counter<DatabaseLabels>("pg_stat_database_tup_deleted", "Rows deleted.")
        public static let temporaryFiles = Counter<DatabaseLabels>("pg_stat_database_temp_files", "Temporary files made.")
        public static let temporaryBytes = Counter<DatabaseLabels>(
            "pg_stat_database_temp_bytes", "Bytes written to temporary files.")
        public static let readTime = Counter<DatabaseLabels>(
            "pg_stat_database_blk_read_time", "Milliseconds of reading files; 0 without `track_io_timing`.")
        public static let writeTime = Counter<DatabaseLabels>(
            "pg_stat_database_blk_write_time", "Milliseconds of writing files; 0 without `track_io_timing`.")
        public static let activeTime = Counter<DatabaseLabels>(
            "pg_stat_database_active_time", "Milliseconds of running statements; of PostgreSQL 14 and later. Served as untyped."
        )
        public static let idleInTransactionTime = Counter<DatabaseLabels>(
            "pg_stat_database_idle_in_transaction_time",
            "Milliseconds of idling in transactions; of PostgreSQL 14 and later. Served as untyped.")
        public static let sessions = Counter<DatabaseLabels>(
            "pg_stat_database_sessions", "Sessions begun; of PostgreSQL 14 and later. Served as untyped.")
        public static let sessionsAbandoned = Counter<DatabaseLabels>(
            "pg_stat_database_sessions_abandoned",
            "Sessions whose client was lost; of PostgreSQL 14 and later. Served as untyped.")
        public static let sessionsFailed = Counter<DatabaseLabels>(
            "pg_stat_database_sessions_fatal",
            "Sessions that a fatal error ended; of PostgreSQL 14 and later. Served as untyped.")
        public static let checksumFailures = Counter<DatabaseLabels>(
            "pg_stat_database_checksum_failures",
            "Pages with a wrong checksum; not a number without checksums. Served as untyped.")

        static let families = [
            size.family, commits.family, rollbacks.family, deadlocks.family, conflicts.family, blocksRead.family,
            blocksHit.family, rowsReturned.family, rowsFetched.family, rowsInserted.family, rowsUpdated.family,
            rowsDeleted.family, temporaryFiles.family, temporaryBytes.family, readTime.family, writeTime.family,
            activeTime.family, idleInTransactionTime.family, sessions.family, sessionsAbandoned.family,
            sessionsFailed.family, checksumFailures.family,
        ]
    }

    public struct DatabaseNameLabels: LabelSet {
        public enum Key: String, LabelKey {
            case server
            case database = "datname"
        }
        public let server: String
        public let database: String
        public init(server: String, database: String) {
            self.server = server
            self.database = database
        }
        public subscript(key: Key) -> String {
            switch key {
            case .server: server
            case .database: database
            }
        }
    }
}
