import AgentMetrics
import ApusMetrics
import ApusProbes

/// What PostgreSQLs that are probed say of themselves; of one that is down, nothing.
struct PostgreSQLProbeSource: Source, ProbeKindSource {
    static let name = "probes-postgresql"

    static let rows: [Row<WatchedProbes>] = [
        each(ProbedPostgreSQL.connections) { figures in
            figures.connections.map {
                (PostgreSQLConnectionLabels(application: $0.application, state: $0.state), Double($0.count))
            }
        },
        one(Contract.databaseConnections) { Double($0.connectionCount) },
        one(ProbedPostgreSQL.maxConnections) { Double($0.maxConnections) },
        one(ProbedPostgreSQL.reservedConnections) { Double($0.reservedConnections) },
        one(ProbedPostgreSQL.isStatisticsVisible) { $0.isStatisticsVisible ? 1 : 0 },
        each(ProbedPostgreSQL.databaseSize) { figures in
            figures.databases.map { (PostgreSQLDatabaseLabels(database: $0.name), Double($0.size)) }
        },
        one(ProbedPostgreSQL.oldestTransaction) { $0.oldestTransaction },
        one(ProbedPostgreSQL.oldestIdleTransaction) { $0.oldestIdleTransaction },
        one(ProbedPostgreSQL.oldestPreparedTransaction) { $0.oldestPreparedTransaction },
        one(ProbedPostgreSQL.isInRecovery) { $0.isInRecovery ? 1 : 0 },
        each(ProbedPostgreSQL.replicas) { figures in
            figures.replicas.map {
                (
                    PostgreSQLReplicaStateLabels(application: $0.application, client: $0.client, state: $0.state),
                    Double($0.count)
                )
            }
        },
        each(ProbedPostgreSQL.replicaLag) { figures in
            figures.lags.compactMap { replica in replica.lagBytes.map { (labels(replica), $0) } }
        },
        each(ProbedPostgreSQL.replicaDelay) { figures in
            figures.lags.compactMap { replica in replica.lagSeconds.map { (labels(replica), $0) } }
        },
        one(ProbedPostgreSQL.replayDelay) { $0.replayDelay },
        one(ProbedPostgreSQL.isReceiving) { $0.isReceiving.map { $0 ? 1 : 0 } },
        slots(ProbedPostgreSQL.slotActive) { $0.isActive ? 1 : 0 },
        slots(ProbedPostgreSQL.slotRetained) { $0.retainedBytes },
        slots(ProbedPostgreSQL.slotLost) { $0.isLost.map { $0 ? 1 : 0 } },
        counters(ProbedPostgreSQL.transactions) { database in
            [
                (PostgreSQLTransactionLabels(database: database.database, outcome: .commit), database.commits),
                (PostgreSQLTransactionLabels(database: database.database, outcome: .rollback), database.rollbacks),
            ]
        },
        counters(ProbedPostgreSQL.deadlocks) { [(PostgreSQLDatabaseLabels(database: $0.database), $0.deadlocks)] },
        counters(ProbedPostgreSQL.conflicts) { [(PostgreSQLDatabaseLabels(database: $0.database), $0.conflicts)] },
        counters(ProbedPostgreSQL.temporaryBytes) { [(PostgreSQLDatabaseLabels(database: $0.database), $0.temporaryBytes)] },
        counters(ProbedPostgreSQL.blocks) { database in
            [
                (PostgreSQLBlockLabels(database: database.database, source: .memory), database.blockHits),
                (PostgreSQLBlockLabels(database: database.database, source: .read), database.blockReads),
            ]
        },
        ages(ProbedPostgreSQL.transactionAge) { $0.transactionAge },
        ages(ProbedPostgreSQL.multixactAge) { $0.multixactAge },
    ]

    let subject: HostSubject

    static func figures(_ standing: ProbeStanding) -> PostgreSQLFigures? {
        if case .postgresql(let figures)? = standing.figures { figures } else { nil }
    }

    private static func slots(
        _ gauge: Gauge<PostgreSQLSlotLabels>, _ value: @escaping @Sendable (PostgreSQLFigures.Slot) -> Double?
    ) -> Row<WatchedProbes> {
        each(gauge) { figures in
            figures.slots.compactMap { slot in
                value(slot).map { (PostgreSQLSlotLabels(slot: slot.name, kind: slot.kind), $0) }
            }
        }
    }

    private static func ages(
        _ gauge: Gauge<PostgreSQLDatabaseLabels>, _ value: @escaping @Sendable (PostgreSQLFigures.Statistics) -> Double?
    ) -> Row<WatchedProbes> {
        each(gauge) { figures in
            figures.statistics.compactMap { database in
                value(database).map { (PostgreSQLDatabaseLabels(database: database.database), $0) }
            }
        }
    }

    /// Counters of each database, which began when its statistics were reset.
    private static func counters<Labels>(
        _ counter: Counter<Labels>,
        _ series: @escaping @Sendable (PostgreSQLFigures.Statistics) -> [(labels: Labels, value: Double)]
    ) -> Row<WatchedProbes> {
        eachCounter(counter) { figures in
            figures.statistics.flatMap { database in
                series(database).map { (labels: $0.labels, value: $0.value, began: database.began) }
            }
        }
    }

    private static func labels(_ replica: PostgreSQLFigures.Replica) -> PostgreSQLReplicaLabels {
        PostgreSQLReplicaLabels(application: replica.application, client: replica.client)
    }
}
