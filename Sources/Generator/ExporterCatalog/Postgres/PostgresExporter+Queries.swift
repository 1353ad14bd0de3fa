public import ApusMetrics

extension PostgresExporter {
    /// What the exporter serves when ``file`` is given to it by `--extend.query-path`.
    ///
    /// Tables are those of the database that the exporter is connected to; `--auto-discover-databases` has it ask all of them.
    public enum Queries {
        /// Contents of the file, in YAML.
        public static let file = postgresQueries

        public static let replica = Gauge<ServerLabels>(
            "pg_replication_is_replica", "1 when the server follows another one, else 0.")
        public static let replayLag = Gauge<ServerLabels>(
            "pg_replication_lag",
            "Seconds since the last replayed transaction was committed; 0 on a primary, or with nothing to replay.")
        public static let startTime = Gauge<ServerLabels>(
            "pg_postmaster_start_time_seconds", "When the server was started, in seconds since the Unix epoch.")
        public static let transactionAge = Gauge<DatabaseNameLabels>(
            "pg_transaction_age_transactions",
            "Age of the oldest transaction that is not frozen: near 2 thousand million the server stops.")
        public static let liveRows = Gauge<TableLabels>("pg_stat_user_tables_n_live_tup", "Live rows, estimated.")
        public static let deadRows = Gauge<TableLabels>("pg_stat_user_tables_n_dead_tup", "Dead rows, estimated.")
        public static let sequentialScans = Counter<TableLabels>("pg_stat_user_tables_seq_scan", "Scans of the whole table.")
        public static let indexScans = Counter<TableLabels>("pg_stat_user_tables_idx_scan", "Scans of an index.")
        public static let vacuums = Counter<TableLabels>(
            "pg_stat_user_tables_autovacuum_count", "Times that autovacuum has vacuumed it.")
        public static let analyses = Counter<TableLabels>(
            "pg_stat_user_tables_autoanalyze_count", "Times that autovacuum has analysed it.")
        public static let lastVacuum = Gauge<TableLabels>(
            "pg_stat_user_tables_last_autovacuum",
            "When autovacuum vacuumed it last, in seconds since the Unix epoch; 0 for never.")
        public static let lastAnalysis = Gauge<TableLabels>(
            "pg_stat_user_tables_last_autoanalyze",
            "When autovacuum analysed it last, in seconds since the Unix epoch; 0 for never.")

        static let families = [
            replica.family, replayLag.family, startTime.family, transactionAge.family, liveRows.family, deadRows.family,
            sequentialScans.family, indexScans.family, vacuums.family, analyses.family, lastVacuum.family,
            lastAnalysis.family,
        ]
    }

    public struct TableLabels: LabelSet {
        public enum Key: String, LabelKey {
            case server
            case database = "datname"
            case schema = "schemaname"
            case table = "relname"
        }
        public let server: String
        public let database: String
        public let schema: String
        public let table: String
        public init(server: String, database: String, schema: String, table: String) {
            self.server = server
            self.database = database
            self.schema = schema
            self.table = table
        }
        public subscript(key: Key) -> String {
            switch key {
            case .server: server
            case .database: database
            case .schema: schema
            case .table: table
            }
        }
    }
}
