public import ApusMetrics

extension RedisExporter {
    /// Replicas as their master sees them, and a replica's own view.
    public enum Replication {
        public static let replicas = Gauge<NoLabels>("redis_connected_slaves", "Replicas that are connected.")
        public static let offset = Gauge<NoLabels>("redis_master_repl_offset", "Bytes of the replication stream so far.")
        public static let backlogSize = Gauge<NoLabels>(
            "redis_replication_backlog_bytes", "Size of the backlog from which replicas catch up.")
        public static let replicaOffset = Gauge<ReplicaLabels>(
            "redis_connected_slave_offset_bytes", "Bytes of the stream that a replica has; served by a master.")
        public static let replicaLag = Gauge<ReplicaLabels>(
            "redis_connected_slave_lag_seconds", "Seconds since a replica was last heard of; served by a master.")
        public static let linkUp = Gauge<MasterLabels>(
            "redis_master_link_up", "1 while the link to the master is up, else 0; served by a replica.")
        public static let lastHeard = Gauge<MasterLabels>(
            "redis_master_last_io_seconds_ago", "Seconds since the master was last heard of; served by a replica.")
        public static let synchronising = Gauge<MasterLabels>(
            "redis_master_sync_in_progress", "1 while all data come from the master, else 0; served by a replica.")

        static let families = [
            replicas.family, offset.family, backlogSize.family, replicaOffset.family, replicaLag.family, linkUp.family,
            lastHeard.family, synchronising.family,
        ]
    }

    public struct ReplicaLabels: LabelSet {
        public enum Key: String, LabelKey {
            case address = "slave_ip"
            case port = "slave_port"
            case state = "slave_state"
        }
        public let address: String
        public let port: String
        /// `online`, `wait_bgsave` or `send_bulk`.
        public let state: String
        public init(address: String, port: String, state: String) {
            self.address = address
            self.port = port
            self.state = state
        }
        public subscript(key: Key) -> String {
            switch key {
            case .address: address
            case .port: port
            case .state: state
            }
        }
    }

    public struct MasterLabels: LabelSet {
        public enum Key: String, LabelKey {
            case host = "master_host"
            case port = "master_port"
        }
        public let host: String
        public let port: String
        public init(host: String, port: String) {
            self.host = host
            self.port = port
        }
        public subscript(key: Key) -> String {
            switch key {
            case .host: host
            case .port: port
            }
        }
    }
}
