import AgentMetrics
import ApusLinux
import ApusMetrics
import ApusProbes

/// What the Redis servers say of themselves that the agent's file has it ask.
struct RedisProbeSource: Source {
    static let name = "probes-redis"
    static let cadence = Cadence.look

    static let rows: [Row<WatchedProbes>] = [
        gauge(ProbedRedis.memoryUsed) { $0.memoryUsed },
        gauge(ProbedRedis.memoryLimit) { $0.memoryLimit },
        gauge(ProbedRedis.memoryResident) { $0.memoryResident },
        Row.ofProbes(ProbedRedis.clients) {
            standing, _ -> [(labels: RedisClientLabels, value: UInt64)] in
            guard let figures = figures(standing) else { return [] }
            return [
                (RedisClientState.connected, figures.clientsConnected), (.blocked, figures.clientsBlocked),
            ].compactMap {
                state, count in count.map { (RedisClientLabels(state: state), $0) }
            }
        },
        gauge(ProbedRedis.clientsLimit) { $0.clientsLimit },
        counter(ProbedRedis.connections) { $0.connections },
        counter(ProbedRedis.rejectedConnections) { $0.rejectedConnections },
        counter(ProbedRedis.commands) { $0.commands },
        counter(ProbedRedis.evictedKeys) { $0.evictedKeys },
        counter(ProbedRedis.expiredKeys) { $0.expiredKeys },
        Row.ofProbeCounters(ProbedRedis.lookups) {
            standing, _ -> [(labels: RedisLookupLabels, value: UInt64, began: Double?)] in
            guard let figures = figures(standing) else { return [] }
            return [(RedisLookupResult.hit, figures.keyspaceHits), (.miss, figures.keyspaceMisses)]
                .compactMap { result, count in
                    count.map { (RedisLookupLabels(result: result), $0, figures.began) }
                }
        },
        Row.ofProbes(ProbedRedis.role) { standing, _ -> [(labels: RedisRoleLabels, value: UInt64)] in
            guard let role = figures(standing)?.role else { return [] }
            return RedisRole.allCases.map { (RedisRoleLabels(role: $0), $0 == role ? 1 : 0) }
        },
        gauge(ProbedRedis.replicas) { $0.replicas },
        gauge(ProbedRedis.replicasLag) { $0.replicasLag },
        gauge(ProbedRedis.linkUp) { $0.isLinked.map { $0 ? 1 : 0 } },
        gauge(ProbedRedis.linkSilence) { $0.linkSilence },
        gauge(ProbedRedis.replicaLag) { $0.replicaLag },
        gauge(ProbedRedis.loading) { $0.isLoading.map { $0 ? 1 : 0 } },
        gauge(ProbedRedis.saved) { $0.savedAt },
        gauge(ProbedRedis.saveSucceeded) { $0.isSaved.map { $0 ? 1 : 0 } },
        gauge(ProbedRedis.uptime) { $0.uptime },
    ]

    private let subject: HostSubject

    init?(_ subject: HostSubject) {
        guard subject.probes != nil else { return nil }
        self.subject = subject
    }

    func read(at now: Moment) throws(LinuxError) -> WatchedProbes {
        WatchedProbes(subject, at: now, where: { Self.figures($0) != nil })
            ?? WatchedProbes(standings: [], now: now)
    }

    private static func figures(_ standing: ProbeStanding) -> RedisFigures? {
        if case .redis(let figures)? = standing.figures { figures } else { nil }
    }

    private static func gauge(
        _ declaration: Gauge<NoLabels>, _ value: @escaping @Sendable (RedisFigures) -> UInt64?
    ) -> Row<WatchedProbes> {
        Row.ofProbes(declaration) { standing, _ -> [(labels: NoLabels, value: UInt64)] in
            figures(standing).flatMap(value).map { [(NoLabels(), $0)] } ?? []
        }
    }

    private static func counter(
        _ declaration: Counter<NoLabels>, _ value: @escaping @Sendable (RedisFigures) -> UInt64?
    ) -> Row<WatchedProbes> {
        Row.ofProbeCounters(declaration) {
            standing, _ -> [(labels: NoLabels, value: UInt64, began: Double?)] in
            guard let figures = figures(standing), let count = value(figures) else { return [] }
            return [(NoLabels(), count, figures.began)]
        }
    }
}
