import AgentMetrics
import ApusMetrics
import ApusProbes

/// What the Redis servers say of themselves that the agent's file has it ask.
struct RedisProbeSource: Source, ProbeKindSource {
    static let name = "probes-redis"

    static let rows: [Row<WatchedProbes>] = [
        one(ProbedRedis.memoryUsed) { $0.memoryUsed },
        one(ProbedRedis.memoryLimit) { $0.memoryLimit },
        one(ProbedRedis.memoryResident) { $0.memoryResident },
        each(ProbedRedis.clients) { figures in
            [(RedisClientState.connected, figures.clientsConnected), (.blocked, figures.clientsBlocked)].compactMap {
                state, count in count.map { (RedisClientLabels(state: state), $0) }
            }
        },
        one(ProbedRedis.clientsLimit) { $0.clientsLimit },
        counter(ProbedRedis.connections) { $0.connections },
        counter(ProbedRedis.rejectedConnections) { $0.rejectedConnections },
        counter(ProbedRedis.commands) { $0.commands },
        counter(ProbedRedis.evictedKeys) { $0.evictedKeys },
        counter(ProbedRedis.expiredKeys) { $0.expiredKeys },
        eachCounter(ProbedRedis.lookups) { figures in
            [(RedisLookupResult.hit, figures.keyspaceHits), (.miss, figures.keyspaceMisses)].compactMap { result, count in
                count.map { (RedisLookupLabels(result: result), $0, figures.began) }
            }
        },
        each(ProbedRedis.role) { figures -> [(labels: RedisRoleLabels, value: UInt64)] in
            guard let role = figures.role else { return [] }
            return RedisRole.allCases.map { (RedisRoleLabels(role: $0), $0 == role ? 1 : 0) }
        },
        one(ProbedRedis.replicas) { $0.replicas },
        one(ProbedRedis.replicasLag) { $0.replicasLag },
        one(ProbedRedis.linkUp) { $0.isLinked.map { $0 ? 1 : 0 as UInt64 } },
        one(ProbedRedis.linkSilence) { $0.linkSilence },
        one(ProbedRedis.replicaLag) { $0.replicaLag },
        one(ProbedRedis.loading) { $0.isLoading.map { $0 ? 1 : 0 as UInt64 } },
        one(ProbedRedis.saved) { $0.savedAt },
        one(ProbedRedis.saveSucceeded) { $0.isSaved.map { $0 ? 1 : 0 as UInt64 } },
        one(ProbedRedis.uptime) { $0.uptime },
    ]

    let subject: HostSubject

    static func figures(_ standing: ProbeStanding) -> RedisFigures? {
        if case .redis(let figures)? = standing.figures { figures } else { nil }
    }

    private static func counter(
        _ declaration: Counter<NoLabels>, _ value: @escaping @Sendable (RedisFigures) -> UInt64?
    ) -> Row<WatchedProbes> {
        eachCounter(declaration) { figures in value(figures).map { [(NoLabels(), $0, figures.began)] } ?? [] }
    }
}
