import ApusMetrics
import ApusPromQL
import ApusText
public import ApusTopology
import ExporterCatalog

extension Threshold {
    /// The share of connections that are open among those that a database server takes, from 0 to 1.
    public static let databaseConnections = ThresholdKey.ratio(
        "databaseConnections", 0.8, .high, "database connections in use")
    /// The time for which a transaction may be open.
    public static let transactionDuration = ThresholdKey.duration(
        "transactionDuration", .seconds(900), .medium, "time of a transaction")
    /// The age of a database's oldest transaction that is not frozen, in transactions; the server stops at two thousand million.
    public static let transactionAge = ThresholdKey.count("transactionAge", 1_000_000_000, .high, "age of transactions")
    /// The WAL that a database keeps for a replication slot.
    public static let slotLag = ThresholdKey.bytes("slotLag", .mebibytes(1024), .high, "WAL kept for a slot")
    /// The time for which a client of a pooler may wait for a connection.
    public static let poolerWait = ThresholdKey.duration("poolerWait", .seconds(1), .high, "wait for a pooler")
}

extension AlertName {
    /// A database does not answer its exporter, or the exporter does not answer.
    public static let databaseDown = ofSomeFleets("DatabaseDown")
    /// A pooler does not answer its exporter, or the exporter does not answer.
    public static let poolerDown = ofSomeFleets("PoolerDown")
    static let poolerClientsWait = ofSomeFleets("PoolerClientsWait")
    static let databaseConnectionsNearLimit = ofSomeFleets("DatabaseConnectionsNearLimit")
    static let deadlocks = ofSomeFleets("Deadlocks")
    static let longTransaction = ofSomeFleets("LongTransaction")
    static let replicationSlotBehind = ofSomeFleets("ReplicationSlotBehind")
}

/// PostgreSQL servers and the poolers before them.
struct DatabaseAlerts {
    let fleet: Fleet

    var all: [Alert] {
        guard !fleet.databases.isEmpty else { return [] }
        return [databaseDown, databaseConnections, deadlocks, longTransaction, transactionsOld, replicationSlotBehind]
            + (fleet.databases.contains { $0.pooler != nil } ? [poolerDown, clientsWaiting] : [])
    }

    private var window: RateWindow { fleet.rateWindow }

    private var databaseDown: Alert {
        Alert(
            .databaseDown, up: PostgresExporter.Server.up, job: PostgresExporter.job, server: "db",
            summary: "A database does not answer.",
            description: "PostgreSQL \(.instance) does not answer its exporter, or the exporter does not answer Prometheus.",
            runbook: Runbook(
                meaning: "The exporter beside the server cannot log in, or is down itself.",
                impact: "Services neither store nor find anything while the server is down.",
                queries: [.init("Servers, 1 for those that answer", PostgresExporter.Server.up.series.value)],
                actions: [
                    "Ask it yourself: `psql -h HOST -p PORT -c 'SELECT 1'`.",
                    "Read its log: `journalctl -u postgresql -n 100`.",
                    "If the server answers, look at the exporter: `systemctl status prometheus-postgres-exporter`.",
                ]))
    }

    /// Open connections among those that each server takes from all but administrators.
    static var connectionShare: InstantVector<TargetKey> {
        typealias Settings = PostgresExporter.Settings
        func per<Key>(_ vector: InstantVector<SeriesKey<Key>>) -> InstantVector<TargetKey> {
            vector.sum(perTarget: .service, .instance)
        }
        let free = per(Settings.maxConnections.series.value) - per(Settings.reservedConnections.series.value)
        return per(PostgresExporter.Activity.connections.series.value) / (free > 0)
    }

    var databaseConnections: Alert {
        typealias Settings = PostgresExporter.Settings
        let limit = fleet.thresholds[Threshold.databaseConnections]
        func open(_ state: String, _ course: InputCourse) -> AlertInput {
            AlertInput(
                PostgresExporter.Activity.connections,
                [.service: "db", .instance: "db", .label(.database): "d", .label(.state): state], course)
        }
        let full = limit.value / 2
        return Alert(
            .databaseConnectionsNearLimit,
            when: Self.connectionShare, above: limit,
            summary: "A database has few connections left.",
            description: """
                \(value: .percentage) of the connections that \(.instance) takes are open; \
                the limit is \(limit).
                """,
            runbook: Runbook(
                meaning: "Open connections are near `max_connections` less those kept for administrators.",
                impact: "At the limit, whoever opens a connection is refused.",
                queries: [.init("Connections by state", PostgresExporter.Activity.connections.series.value)],
                actions: [
                    "See who holds them: `SELECT usename, client_addr, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3`.",
                    "End those that idle in transactions: `SELECT pg_terminate_backend(PID)`.",
                    "Lower `ConnectionBudget`, or put a `Pooler` before the server.",
                ]),
            inputs: [
                open("active", .level(quiet: full * 0.5996, bad: full * 0.6006)), open("idle", .constant(full * 0.4)),
                AlertInput(Settings.maxConnections, [.service: "db", .instance: "db", .label(.server): "s"], .constant(1.25)),
                AlertInput(
                    Settings.reservedConnections, [.service: "db", .instance: "db", .label(.server): "s"], .constant(0.75)),
            ])
    }

    private var deadlocks: Alert {
        Alert(
            .deadlocks, anyOf: PostgresExporter.Database.deadlocks.series, in: fleet, severity: .medium,
            summary: "Transactions wait for one another.",
            description: "PostgreSQL \(.instance) has ended transactions in \(.label(.database)) that waited for one another.",
            runbook: Runbook(
                meaning: "Two transactions took the same locks in different order; the server ended one.",
                impact: "The one that was ended is tried again, and costs time.",
                queries: [
                    .init("Rolled back per second", PostgresExporter.Database.rollbacks.series.rate(over: window))
                ],
                actions: ["Read which statements: `grep -A 8 deadlock` in the server's log."]))
    }

    var longTransaction: Alert {
        let limit = fleet.thresholds[Threshold.transactionDuration]
        return Alert(
            .longTransaction, when: PostgresExporter.Activity.longestTransaction.series.value, above: limit,
            summary: "A transaction has been open for long.",
            description: """
                The oldest transaction in \(.label(.database)) of \(.instance), in state \(.label(.state)), is \
                \(value: .duration) old; the limit is \(limit).
                """,
            runbook: Runbook(
                meaning: "A transaction neither commits nor rolls back.",
                impact: "Rows that it might see cannot be vacuumed, tables grow, and its locks block others.",
                queries: [.init("Locks by mode", PostgresExporter.Activity.locks.series.value)],
                actions: [
                    "Find it: `SELECT pid, xact_start, state, query FROM pg_stat_activity ORDER BY xact_start LIMIT 5`.",
                    "End it if nobody needs it: `SELECT pg_terminate_backend(PID)`.",
                ]))
    }

    var transactionsOld: Alert {
        Alert(
            "TransactionIDsRunOut", when: PostgresExporter.Queries.transactionAge.series.value,
            above: fleet.thresholds[Threshold.transactionAge],
            summary: "A database must be vacuumed soon.",
            description: """
                The oldest transaction of \(.label(.database)) in \(.instance) that is not frozen is \
                \(value: .decimals(0)) transactions old; at two thousand million the server stops.
                """,
            runbook: Runbook(
                meaning: "Autovacuum does not keep up with freezing old rows.",
                impact: "Near two thousand million the server takes no writes any more.",
                queries: [.init("Dead rows by table", PostgresExporter.Queries.deadRows.series.value)],
                actions: [
                    "Look for what holds vacuum up: long transactions, unused replication slots.",
                    "Vacuum by hand: `VACUUM (FREEZE, VERBOSE) TABLE`.",
                ]))
    }

    var replicationSlotBehind: Alert {
        Alert(
            .replicationSlotBehind, when: PostgresExporter.Replication.slotLag.series.value,
            above: fleet.thresholds[Threshold.slotLag],
            summary: "A database keeps much WAL for a slot.",
            description: "\(.instance) keeps \(value: .bytes)B of WAL for the slot \(.label(.slot)).",
            runbook: Runbook(
                meaning: "Who reads from the slot is behind or gone.",
                impact: "The disk fills until the server stops; a standby that is behind loses more at a failover.",
                queries: [.init("Slots somebody reads from", PostgresExporter.Replication.slotActive.series.value)],
                actions: [
                    "Look whether the standby runs, and what it says.",
                    "Drop the slot if it is not needed: `SELECT pg_drop_replication_slot('SLOT')`.",
                ]))
    }

    // MARK: - Poolers

    private var poolerDown: Alert {
        Alert(
            .poolerDown, up: PgBouncerExporter.Server.up, job: PgBouncerExporter.job, server: "p",
            summary: "A pooler does not answer.",
            description: "pgbouncer \(.instance) does not answer its exporter, or the exporter does not answer Prometheus.",
            runbook: Runbook(
                meaning: "pgbouncer is down, or its exporter is.",
                impact: "Services that connect through it reach no database.",
                queries: [.init("Poolers, 1 for those that answer", PgBouncerExporter.Server.up.series.value)],
                actions: [
                    "Ask it yourself: `psql -h HOST -p PORT pgbouncer -c 'SHOW POOLS'`.",
                    "Read its log: `journalctl -u pgbouncer -n 100`.",
                ]))
    }

    var clientsWaiting: Alert {
        Alert(
            .poolerClientsWait, when: PgBouncerExporter.Pools.longestWait.series.value,
            above: fleet.thresholds[Threshold.poolerWait],
            summary: "Clients of a pooler wait for connections.",
            description:
                "The first client of \(.label(.database)) that waits at \(.instance) has waited for \(value: .duration).",
            runbook: Runbook(
                meaning: "All connections of the pool to the server are taken for longer than a query should last.",
                impact: "Requests and other work wait as long.",
                queries: [
                    .init("Clients that wait", PgBouncerExporter.Pools.clientsWaiting.series.value),
                    .init("Connections to the server in use", PgBouncerExporter.Pools.serversActive.series.value),
                ],
                actions: [
                    "See what runs: `SELECT pid, state, query FROM pg_stat_activity` on the server.",
                    "Raise `Pooler(poolSize:)` if the server has connections left.",
                ]))
    }
}
