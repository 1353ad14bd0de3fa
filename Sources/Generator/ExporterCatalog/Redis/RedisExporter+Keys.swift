public import ApusMetrics

extension RedisExporter {
    /// Keys, hits and misses, eviction and expiry.
    public enum Keys {
        public static let keys = Gauge<DatabaseLabels>("redis_db_keys", "Keys by database.")
        public static let expiring = Gauge<DatabaseLabels>("redis_db_keys_expiring", "Keys with an expiry by database.")
        public static let averageTTL = Gauge<DatabaseLabels>(
            "redis_db_avg_ttl_seconds", "Mean time to live of keys with an expiry; of databases that have keys.")
        public static let hits = Counter<NoLabels>("redis_keyspace_hits_total", "Look-ups that found their key.")
        public static let misses = Counter<NoLabels>("redis_keyspace_misses_total", "Look-ups that did not find their key.")
        public static let evicted = Counter<NoLabels>("redis_evicted_keys_total", "Keys evicted because of the memory limit.")
        public static let expired = Counter<NoLabels>("redis_expired_keys_total", "Keys that expired.")

        static let families = [
            keys.family, expiring.family, averageTTL.family, hits.family, misses.family, evicted.family, expired.family,
        ]
    }

    public struct DatabaseLabels: LabelSet {
        public enum Key: String, LabelKey {
            case database = "db"
        }
        /// `db0` and so on.
        public let database: String
        public init(database: String) {
            self.database = database
        }
        public subscript(key: Key) -> String { database }
    }
}
