public import ApusMetrics

extension PostgresExporter {
    /// Settings of the server; each has a family, of which these limit something.
    public enum Settings {
        public static let maxConnections = Gauge<ServerLabels>("pg_settings_max_connections", "Most connections.")
        public static let reservedConnections = Gauge<ServerLabels>(
            "pg_settings_superuser_reserved_connections", "Connections that are kept for superusers.")
        public static let maxLocksPerTransaction = Gauge<ServerLabels>(
            "pg_settings_max_locks_per_transaction", "Mean number of locks that a transaction may hold.")
        public static let maxPreparedTransactions = Gauge<ServerLabels>(
            "pg_settings_max_prepared_transactions", "Most transactions that may be prepared.")
        public static let maxStandbys = Gauge<ServerLabels>("pg_settings_max_wal_senders", "Most standbys and backups at once.")
        public static let maxSlots = Gauge<ServerLabels>("pg_settings_max_replication_slots", "Most replication slots.")
        public static let maxWorkers = Gauge<ServerLabels>("pg_settings_max_worker_processes", "Most background workers.")
        public static let autovacuum = Gauge<ServerLabels>("pg_settings_autovacuum", "1 when autovacuum is on, else 0.")
        public static let maxVacuumWorkers = Gauge<ServerLabels>(
            "pg_settings_autovacuum_max_workers", "Most autovacuum workers at once.")
        public static let freezeMaximumAge = Gauge<ServerLabels>(
            "pg_settings_autovacuum_freeze_max_age", "Age in transactions at which a table is vacuumed in any case.")
        public static let checkpointTimeout = Gauge<ServerLabels>(
            "pg_settings_checkpoint_timeout_seconds", "Time between checkpoints.")
        public static let maxWALSize = Gauge<ServerLabels>(
            "pg_settings_max_wal_size_bytes", "WAL at which a checkpoint is asked for.")
        public static let sharedBuffers = Gauge<ServerLabels>("pg_settings_shared_buffers_bytes", "The buffer cache.")
        public static let workMemory = Gauge<ServerLabels>(
            "pg_settings_work_mem_bytes", "Memory of one sort or hash before it goes to disk.")
        public static let synchronised = Gauge<ServerLabels>("pg_settings_fsync", "1 when writes wait for the disk, else 0.")
        public static let idleInTransactionTimeout = Gauge<ServerLabels>(
            "pg_settings_idle_in_transaction_session_timeout_seconds",
            "Time after which an idle transaction ends its session; 0 for never.")

        static let families = [
            maxConnections.family, reservedConnections.family, maxLocksPerTransaction.family,
            maxPreparedTransactions.family, maxStandbys.family, maxSlots.family, maxWorkers.family, autovacuum.family,
            maxVacuumWorkers.family, freezeMaximumAge.family, checkpointTimeout.family, maxWALSize.family,
            sharedBuffers.family, workMemory.family, synchronised.family, idleInTransactionTimeout.family,
        ]
    }
}
