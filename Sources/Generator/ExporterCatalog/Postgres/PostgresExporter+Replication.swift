public import ApusMetrics

extension PostgresExporter {
    /// Standbys and slots as the primary sees them, and the archive.
    ///
    /// Nothing of standbys and slots is served while there are none.
    public enum Replication {
        public static let standbyLag = Gauge<StandbyLabels>(
            "pg_stat_replication_pg_wal_lsn_diff", "Bytes of WAL that a standby has not replayed.")
        public static let position = Gauge<StandbyLabels>(
            "pg_stat_replication_pg_current_wal_lsn_bytes", "Position in the WAL.")
        public static let slotActive = Gauge<SlotLabels>(
            "pg_replication_slots_active", "1 while somebody streams from the slot, else 0.")
        public static let slotLag = Gauge<SlotLabels>(
            "pg_replication_slots_pg_wal_lsn_diff", "Bytes of WAL that are kept for the slot.")
        public static let archived = Counter<ServerLabels>("pg_stat_archiver_archived_count", "WAL files archived.")
        public static let archiveFailures = Counter<ServerLabels>(
            "pg_stat_archiver_failed_count", "Failed attempts to archive a WAL file.")
        public static let archiveAge = Gauge<ServerLabels>(
            "pg_stat_archiver_last_archive_age", "Seconds since a WAL file was archived.")

        static let families = [
            standbyLag.family, position.family, slotActive.family, slotLag.family, archived.family, archiveFailures.family,
            archiveAge.family,
        ]
    }

    public struct StandbyLabels: LabelSet {
        public enum Key: String, LabelKey {
            case server
            case application = "application_name"
            case address = "client_addr"
            case slot = "slot_name"
            case state
        }
        public let server: String
        public let application: String
        public let address: String
        public let slot: String
        /// `streaming`, `catchup`, `startup`, `backup` or `stopping`.
        public let state: String
        public init(server: String, application: String, address: String, slot: String, state: String) {
            self.server = server
            self.application = application
            self.address = address
            self.slot = slot
            self.state = state
        }
        public subscript(key: Key) -> String {
            switch key {
            case .server: server
            case .application: application
            case .address: address
            case .slot: slot
            case .state: state
            }
        }
    }

    public struct SlotLabels: LabelSet {
        public enum Key: String, LabelKey {
            case server
            case slot = "slot_name"
            case database
        }
        public let server: String
        public let slot: String
        /// The database of a logical slot.
        public let database: String
        public init(server: String, slot: String, database: String) {
            self.server = server
            self.slot = slot
            self.database = database
        }
        public subscript(key: Key) -> String {
            switch key {
            case .server: server
            case .slot: slot
            case .database: database
            }
        }
    }
}
