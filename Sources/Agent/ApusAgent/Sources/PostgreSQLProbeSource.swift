import AgentMetrics
import ApusLinux
import ApusMetrics
import ApusProbes

/// What PostgreSQLs that are probed say of themselves; of one that is down, nothing.
struct PostgreSQLProbeSource: Source {
    static let name = "probes-postgresql"
    static let cadence = Cadence.look

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
    ]

    private let subject: HostSubject

    init?(_ subject: HostSubject) {
        guard subject.probes != nil else { return nil }
        self.subject = subject
    }

    func read(at now: Moment) throws(LinuxError) -> WatchedProbes {
        WatchedProbes(subject, at: now) { $0.declaration.target.kind == .postgresql }
            ?? WatchedProbes(standings: [], now: now)
    }

    private static func each<Labels>(
        _ gauge: Gauge<Labels>, _ series: @escaping @Sendable (PostgreSQLFigures) -> [(labels: Labels, value: Double)]
    ) -> Row<WatchedProbes> {
        Row.ofProbes(gauge) { standing, _ -> [(labels: Labels, value: Double)] in
            guard case .postgresql(let figures) = standing.figures else { return [] }
            return series(figures)
        }
    }

    private static func one(
        _ gauge: Gauge<NoLabels>, _ value: @escaping @Sendable (PostgreSQLFigures) -> Double?
    ) -> Row<WatchedProbes> {
        each(gauge) { figures in value(figures).map { [(NoLabels(), $0)] } ?? [] }
    }

    private static func labels(_ replica: PostgreSQLFigures.Replica) -> PostgreSQLReplicaLabels {
        PostgreSQLReplicaLabels(application: replica.application, client: replica.client)
    }
}
