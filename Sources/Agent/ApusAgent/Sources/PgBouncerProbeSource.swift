import AgentMetrics
import ApusLinux
import ApusMetrics
import ApusProbes

/// What PgBouncers that are probed say of their pools; of one that is down, nothing.
struct PgBouncerProbeSource: Source {
    static let name = "probes-pgbouncer"
    static let cadence = Cadence.look

    static let rows: [Row<WatchedProbes>] = [
        each(ProbedPgBouncer.clients) { figures in figures.pools.flatMap { series($0, $0.clients) } },
        each(ProbedPgBouncer.servers) { figures in figures.pools.flatMap { series($0, $0.servers) } },
        each(ProbedPgBouncer.longestWait) { figures in
            figures.pools.compactMap { pool in
                pool.longestWait.map { (PgBouncerPoolLabels(database: pool.database, user: pool.user), $0) }
            }
        },
        each(ProbedPgBouncer.maxClients) { figures in figures.maxClients.map { [(NoLabels(), Double($0))] } ?? [] },
        each(ProbedPgBouncer.items) { figures in
            figures.items.map { (PgBouncerItemLabels(item: $0.name), Double($0.count)) }
        },
    ]

    private let subject: HostSubject

    init?(_ subject: HostSubject) {
        guard subject.probes != nil else { return nil }
        self.subject = subject
    }

    func read(at now: Moment) throws(LinuxError) -> WatchedProbes {
        WatchedProbes(subject, at: now) { $0.declaration.target.kind == .pgbouncer }
            ?? WatchedProbes(standings: [], now: now)
    }

    private static func each<Labels>(
        _ gauge: Gauge<Labels>, _ series: @escaping @Sendable (PgBouncerFigures) -> [(labels: Labels, value: Double)]
    ) -> Row<WatchedProbes> {
        Row.ofProbes(gauge) { standing, _ -> [(labels: Labels, value: Double)] in
            guard case .pgbouncer(let figures) = standing.figures else { return [] }
            return series(figures)
        }
    }

    private static func series(
        _ pool: PgBouncerFigures.Pool, _ counts: [PgBouncerFigures.Count]
    ) -> [(labels: PgBouncerConnectionLabels, value: Double)] {
        counts.map {
            (PgBouncerConnectionLabels(database: pool.database, user: pool.user, state: $0.state), Double($0.count))
        }
    }
}
