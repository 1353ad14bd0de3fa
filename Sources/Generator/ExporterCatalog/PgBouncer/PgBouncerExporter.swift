public import ApusMetrics

/// PgBouncer, as the pgbouncer_exporter of the Prometheus community serves it.
///
/// Debian's package prometheus-pgbouncer-exporter (1.7) is another program with other names; it ends at once with
/// PgBouncer 1.8 and later, which lack a column that it reads.
public enum PgBouncerExporter {
    /// The exporter's name, the version that its families were read from, and these.
    public static let exporter = Exporter(
        name: "pgbouncer_exporter", version: "0.7.0",
        subsystems: [
            ("Server", Server.families),
            ("Pools", Pools.families),
            ("Traffic", Traffic.families),
            ("Databases", Databases.families),
        ])

    /// The scrape job of all its targets, and so the label `job` of what they serve.
    public static let job = "pgbouncer"

    /// Every family of the exporter.
    public static var families: [MetricFamily] { exporter.families }
}

extension PgBouncerExporter {
    /// What went through, by database.
    public enum Traffic {
        public static let queries = Counter<DatabaseLabels>("pgbouncer_stats_queries_pooled_total", "Queries.")
        public static let queryTime = Counter<DatabaseLabels>(
            "pgbouncer_stats_queries_duration_seconds_total", "Time of queries on the server.")
        public static let transactions = Counter<DatabaseLabels>(
            "pgbouncer_stats_sql_transactions_pooled_total", "Transactions.")
        public static let transactionTime = Counter<DatabaseLabels>(
            "pgbouncer_stats_server_in_transaction_seconds_total", "Time of transactions on the server, idle or not.")
        public static let waitTime = Counter<DatabaseLabels>(
            "pgbouncer_stats_client_wait_seconds_total", "Time that clients waited for a connection to the server.")
        public static let receivedBytes = Counter<DatabaseLabels>("pgbouncer_stats_received_bytes_total", "Bytes received.")
        public static let sentBytes = Counter<DatabaseLabels>("pgbouncer_stats_sent_bytes_total", "Bytes sent.")

        static let families = [
            queries.family, queryTime.family, transactions.family, transactionTime.family, waitTime.family,
            receivedBytes.family, sentBytes.family,
        ]
    }

    public struct DatabaseLabels: LabelSet {
        public enum Key: String, LabelKey { case database }
        /// The name that clients use.
        public let database: String
        public init(database: String) {
            self.database = database
        }
        public subscript(key: Key) -> String { database }
    }
}
