public import ApusMetrics

/// What a PostgreSQL says of itself to a probe of the agent.
public enum ProbedPostgreSQL: MetricSubsystem {
    public static let connections = Gauge<PostgreSQLConnectionLabels>(
        "postgresql_connections",
        "Clients' connections by application and state; hidden is the state of those that the probe's user may not see.")
    public static let maxConnections = Gauge<NoLabels>(
        "postgresql_max_connections", "Connections that the server takes at most.")
    public static let reservedConnections = Gauge<NoLabels>(
        "postgresql_reserved_connections", "Connections of them that are kept for superusers and privileged users.")
    public static let isStatisticsVisible = Gauge<NoLabels>(
        "postgresql_statistics_visible",
        "1 where the probe's user sees what all connections do, else 0: then figures of all of them are absent.")
    public static let databaseSize = Gauge<PostgreSQLDatabaseLabels>(
        "postgresql_database_size_bytes", "Size of each database that the probe's user may connect to.")
    public static let oldestTransaction = Gauge<NoLabels>(
        "postgresql_oldest_transaction_seconds", "Age of the oldest open transaction of a client; 0 where none is open.")
    public static let oldestIdleTransaction = Gauge<NoLabels>(
        "postgresql_oldest_idle_transaction_seconds",
        "Age of the oldest transaction that is open while its client does nothing; 0 where there is none.")
    public static let oldestPreparedTransaction = Gauge<NoLabels>(
        "postgresql_oldest_prepared_transaction_seconds",
        "Age of the oldest transaction that is prepared for a commit in two phases; 0 where there is none.")
    public static let isInRecovery = Gauge<NoLabels>(
        "postgresql_in_recovery", "1 where the server follows another one, else 0.")
    public static let replicas = Gauge<PostgreSQLReplicaStateLabels>(
        "postgresql_replicas", "Servers and programs that follow this one, by application, address and state.")
    public static let replicaLag = Gauge<PostgreSQLReplicaLabels>(
        "postgresql_replica_lag_bytes", "Log that the replica has not replayed yet; of several alike, the most.")
    public static let replicaDelay = Gauge<PostgreSQLReplicaLabels>(
        "postgresql_replica_lag_seconds",
        "Time from a change on this server to its replay by the replica, as last measured; 0 where nothing is left to replay.")
    public static let replayDelay = Gauge<NoLabels>(
        "postgresql_replay_delay_seconds",
        "Time since the last change that a server which follows another has replayed; 0 where it receives and nothing is left.")
    public static let isReceiving = Gauge<NoLabels>(
        "postgresql_receiver_streaming", "1 where a server which follows another receives its log now, else 0.")
    public static let slotActive = Gauge<PostgreSQLSlotLabels>(
        "postgresql_replication_slot_active", "1 where somebody reads from the replication slot now, else 0.")
    public static let slotRetained = Gauge<PostgreSQLSlotLabels>(
        "postgresql_replication_slot_retained_bytes",
        "Log that the server keeps for the replication slot; absent where it keeps none.")
    public static let slotLost = Gauge<PostgreSQLSlotLabels>(
        "postgresql_replication_slot_lost",
        "1 where the server has removed log that the replication slot needs, else 0; absent before PostgreSQL 13.")
    public static let transactions = Counter<PostgreSQLTransactionLabels>(
        "postgresql_transactions_total", "Transactions in each database by how they ended.")
    public static let deadlocks = Counter<PostgreSQLDatabaseLabels>(
        "postgresql_deadlocks_total", "Deadlocks that the server found in each database.")
    public static let conflicts = Counter<PostgreSQLDatabaseLabels>(
        "postgresql_conflicts_total",
        "Queries that a server which follows another ended, as they stood in the way of the replay.")
    public static let temporaryBytes = Counter<PostgreSQLDatabaseLabels>(
        "postgresql_temporary_bytes_total", "Bytes that queries wrote to temporary files, as their memory did not do.")
    public static let blocks = Counter<PostgreSQLBlockLabels>(
        "postgresql_blocks_total", "Blocks that were looked for: found in the server's memory, or read from outside of it.")
    public static let transactionAge = Gauge<PostgreSQLDatabaseLabels>(
        "postgresql_transaction_id_age",
        "Transactions since the oldest whose number is not frozen yet; near 2 billion the server takes no writes.")
    public static let multixactAge = Gauge<PostgreSQLDatabaseLabels>(
        "postgresql_multixact_id_age",
        "Locks by several transactions since the oldest whose number is not frozen yet; near 2 billion the server takes no writes."
    )

    public static let title = "PostgreSQL servers that are probed"
    public static let origin = MetricOrigin.probe
    public static let families = [
        connections.family, maxConnections.family, reservedConnections.family, isStatisticsVisible.family, databaseSize.family,
        oldestTransaction.family, oldestIdleTransaction.family, oldestPreparedTransaction.family, isInRecovery.family,
        replicas.family, replicaLag.family, replicaDelay.family, replayDelay.family, isReceiving.family,
        slotActive.family, slotRetained.family, slotLost.family, transactions.family, deadlocks.family, conflicts.family,
        temporaryBytes.family, blocks.family, transactionAge.family, multixactAge.family,
    ]
}

/// Whose connections are counted; a client that gives no name has an empty label, which is none.
public struct PostgreSQLConnectionLabels: LabelSet {
    public enum Key: String, LabelKey { case application, state }
    public let application: String
    public let state: String
    public init(application: String, state: String) {
        self.application = application
        self.state = state
    }
    public subscript(key: Key) -> String {
        switch key {
        case .application: application
        case .state: state
        }
    }
}

public struct PostgreSQLDatabaseLabels: LabelSet {
    public enum Key: String, LabelKey { case database }
    public let database: String
    public init(database: String) { self.database = database }
    public subscript(key: Key) -> String { database }
}

public struct PostgreSQLSlotLabels: LabelSet {
    public enum Key: String, LabelKey { case slot, kind }
    public let slot: String
    /// `physical` or `logical`.
    public let kind: String
    public init(slot: String, kind: String) {
        self.slot = slot
        self.kind = kind
    }
    public subscript(key: Key) -> String {
        switch key {
        case .slot: slot
        case .kind: kind
        }
    }
}

/// How a transaction has ended.
public enum PostgreSQLOutcome: String, CaseIterable, Sendable {
    case commit, rollback
}

public struct PostgreSQLTransactionLabels: LabelSet {
    public enum Key: String, LabelKey { case database, outcome }
    public let database: String
    public let outcome: PostgreSQLOutcome
    public init(database: String, outcome: PostgreSQLOutcome) {
        self.database = database
        self.outcome = outcome
    }
    public subscript(key: Key) -> String {
        switch key {
        case .database: database
        case .outcome: outcome.rawValue
        }
    }
}

/// Where a block was found.
public enum PostgreSQLBlockSource: String, CaseIterable, Sendable {
    case memory, read
}

public struct PostgreSQLBlockLabels: LabelSet {
    public enum Key: String, LabelKey { case database, source }
    public let database: String
    public let source: PostgreSQLBlockSource
    public init(database: String, source: PostgreSQLBlockSource) {
        self.database = database
        self.source = source
    }
    public subscript(key: Key) -> String {
        switch key {
        case .database: database
        case .source: source.rawValue
        }
    }
}

public struct PostgreSQLReplicaLabels: LabelSet {
    public enum Key: String, LabelKey { case application, client }
    public let application: String
    /// The address of the replica; empty for one over a Unix socket, or one that the probe's user may not see.
    public let client: String
    public init(application: String, client: String) {
        self.application = application
        self.client = client
    }
    public subscript(key: Key) -> String {
        switch key {
        case .application: application
        case .client: client
        }
    }
}

public struct PostgreSQLReplicaStateLabels: LabelSet {
    public enum Key: String, LabelKey { case application, client, state }
    public let application: String
    public let client: String
    public let state: String
    public init(application: String, client: String, state: String) {
        self.application = application
        self.client = client
        self.state = state
    }
    public subscript(key: Key) -> String {
        switch key {
        case .application: application
        case .client: client
        case .state: state
        }
    }
}
