import ApusMetrics
import ApusPromQL
import ApusRules
import ApusText
import ApusTopology
import ExporterCatalog

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
        let scraped = ScrapeMetrics.up.series.matching(.job, "postgres").value
        return Alert(
            "DatabaseDown", when: (PostgresExporter.Server.up.series.value == 0).or(scraped == 0), severity: .critical,
            summary: "A database does not answer.",
            description: "PostgreSQL \(.instance) does not answer its exporter, or the exporter does not answer Prometheus.",
            runbook: Runbook(
                meaning: "The exporter beside the server cannot log in, or is down itself.",
                impact: "Nothing is accepted and nothing is delivered while the server is down.",
                queries: [.init("Servers, 1 for those that answer", PostgresExporter.Server.up.series.value)],
                actions: [
                    "Ask it yourself: `psql -h HOST -p PORT -c 'SELECT 1'`.",
                    "Read its log: `journalctl -u postgresql -n 100`.",
                    "If the server answers, look at the exporter: `systemctl status prometheus-postgres-exporter`.",
                ]),
            inputs: [
                AlertInput(PostgresExporter.Server.up, [.service: "db", .instance: "one"], .level(quiet: 1, bad: 0)),
                AlertInput(
                    ScrapeMetrics.up, [.job: "postgres", .service: "db", .instance: "two"], .level(quiet: 1, bad: 0)),
                AlertInput(ScrapeMetrics.up, [.job: "other", .service: "db", .instance: "other"], .constant(0)),
            ])
    }

    private var databaseConnections: Alert {
        typealias Settings = PostgresExporter.Settings
        let limit = fleet.thresholds.databaseConnections
        func per<Key>(_ vector: InstantVector<SeriesKey<Key>>) -> InstantVector<TargetKey> {
            vector.sum(perTarget: .service, .instance)
        }
        let free = per(Settings.maxConnections.series.value) - per(Settings.reservedConnections.series.value)
        func open(_ state: String, _ course: InputCourse) -> AlertInput {
            AlertInput(
                PostgresExporter.Activity.connections,
                [.service: "db", .instance: "db", .label(.database): "d", .label(.state): state], course)
        }
        let full = limit.value / 2
        return Alert(
            "DatabaseConnectionsNearLimit",
            when: per(PostgresExporter.Activity.connections.series.value) / (free > 0) > limit.value,
            severity: limit.severity, summary: "A database has few connections left.",
            description: """
                \(value: .percentage) of the connections that \(.instance) takes are open; \
                the limit is \(text: ValueFormat.percentage.rendered(limit.value)).
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
            "Deadlocks", when: PostgresExporter.Database.deadlocks.series.increase(over: fleet.eventWindow) > 0,
            severity: .medium,
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

    private var longTransaction: Alert {
        Alert(
            "LongTransaction", when: PostgresExporter.Activity.longestTransaction.series.value > Self.longest,
            severity: .medium, summary: "A transaction has been open for long.",
            description: """
                The oldest transaction in \(.label(.database)) of \(.instance), in state \(.label(.state)), is \
                \(value: .duration) old; the limit is \(text: DurationText.string(.seconds(Self.longest))).
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

    static let longest = 900.0

    private var transactionsOld: Alert {
        Alert(
            "TransactionIDsRunOut", when: PostgresExporter.Queries.transactionAge.series.value > Self.oldestTransaction,
            severity: .high,
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

    static let oldestTransaction = 1_000_000_000.0

    private var replicationSlotBehind: Alert {
        Alert(
            "ReplicationSlotBehind", when: PostgresExporter.Replication.slotLag.series.value > Self.slotBytes, severity: .high,
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

    static let slotBytes = 1_073_741_824.0

    // MARK: - Poolers

    private var poolerDown: Alert {
        let scraped = ScrapeMetrics.up.series.matching(.job, "pgbouncer").value
        return Alert(
            "PoolerDown", when: (PgBouncerExporter.Server.up.series.value == 0).or(scraped == 0), severity: .critical,
            summary: "A pooler does not answer.",
            description: "pgbouncer \(.instance) does not answer its exporter, or the exporter does not answer Prometheus.",
            runbook: Runbook(
                meaning: "pgbouncer is down, or its exporter is.",
                impact: "Services that connect through it reach no database.",
                queries: [.init("Poolers, 1 for those that answer", PgBouncerExporter.Server.up.series.value)],
                actions: [
                    "Ask it yourself: `psql -h HOST -p PORT pgbouncer -c 'SHOW POOLS'`.",
                    "Read its log: `journalctl -u pgbouncer -n 100`.",
                ]),
            inputs: [
                AlertInput(PgBouncerExporter.Server.up, [.service: "p", .instance: "one"], .level(quiet: 1, bad: 0)),
                AlertInput(
                    ScrapeMetrics.up, [.job: "pgbouncer", .service: "p", .instance: "two"], .level(quiet: 1, bad: 0)),
                AlertInput(ScrapeMetrics.up, [.job: "other", .service: "p", .instance: "other"], .constant(0)),
            ])
    }

    private var clientsWaiting: Alert {
        Alert(
            "PoolerClientsWait", when: PgBouncerExporter.Pools.longestWait.series.value > Self.longestWait, severity: .high,
            summary: "Clients of a pooler wait for connections.",
            description:
                "The first client of \(.label(.database)) that waits at \(.instance) has waited for \(value: .duration).",
            runbook: Runbook(
                meaning: "All connections of the pool to the server are taken for longer than a query should last.",
                impact: "Requests and claims wait as long.",
                queries: [
                    .init("Clients that wait", PgBouncerExporter.Pools.clientsWaiting.series.value),
                    .init("Connections to the server in use", PgBouncerExporter.Pools.serversActive.series.value),
                ],
                actions: [
                    "See what runs: `SELECT pid, state, query FROM pg_stat_activity` on the server.",
                    "Raise `Pooler(poolSize:)` if the server has connections left.",
                ]))
    }

    static let longestWait = 1.0
}
