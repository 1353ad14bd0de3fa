import AgentMetrics
import ApusMetrics
import ApusProbes

/// What PgBouncers that are probed say of their pools; of one that is down, nothing.
struct PgBouncerProbeSource: Source, ProbeKindSource {
    static let name = "probes-pgbouncer"

    static let rows: [Row<WatchedProbes>] = [
        each(ProbedPgBouncer.clients) { figures in figures.pools.flatMap { series($0, $0.clients) } },
        each(ProbedPgBouncer.servers) { figures in figures.pools.flatMap { series($0, $0.servers) } },
        each(ProbedPgBouncer.longestWait) { figures in
            figures.pools.compactMap { pool in
                pool.longestWait.map { (PgBouncerPoolLabels(database: pool.database, user: pool.user), $0) }
            }
        },
        one(ProbedPgBouncer.maxClients) { $0.maxClients.map { Double($0) } },
        each(ProbedPgBouncer.items) { figures in
            figures.items.map { (PgBouncerItemLabels(item: $0.name), Double($0.count)) }
        },
    ]

    let subject: HostSubject

    static func figures(_ standing: ProbeStanding) -> PgBouncerFigures? {
        if case .pgbouncer(let figures)? = standing.figures { figures } else { nil }
    }

    private static func series(
        _ pool: PgBouncerFigures.Pool, _ counts: [PgBouncerFigures.Count]
    ) -> [(labels: PgBouncerConnectionLabels, value: Double)] {
        counts.map {
            (PgBouncerConnectionLabels(database: pool.database, user: pool.user, state: $0.state), Double($0.count))
        }
    }
}
