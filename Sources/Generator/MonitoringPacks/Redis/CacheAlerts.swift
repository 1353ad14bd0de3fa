import ApusMetrics
import ApusPromQL
public import ApusTopology
import ExporterCatalog

extension Threshold {
    /// The share of a cache's memory that is in use, from 0 to 1.
    public static let cacheMemory = ThresholdKey.ratio("cacheMemory", 0.9, .medium, "cache memory in use")
}

extension AlertName {
    /// A cache does not answer its exporter, or the exporter does not answer.
    public static let cacheDown = ofSomeFleets("CacheDown")
    static let cacheMemoryNearLimit = ofSomeFleets("CacheMemoryNearLimit")
    static let cacheRejectsConnections = ofSomeFleets("CacheRejectsConnections")
    static let keysEvicted = ofSomeFleets("KeysEvicted")
}

/// Redis servers.
struct CacheAlerts {
    let fleet: Fleet

    var all: [Alert] {
        guard !fleet.caches.isEmpty else { return [] }
        return [cacheDown, cacheMemory, connectionsRejected] + (keeping.isEmpty ? [] : [keysEvicted])
    }

    private var window: RateWindow { fleet.rateWindow }
    /// Caches that hold what must not be evicted.
    private var keeping: [Cache] { fleet.caches.filter { !$0.evicts } }

    private var cacheDown: Alert {
        Alert(
            .cacheDown, up: RedisExporter.Server.up, job: RedisExporter.job, server: "c",
            summary: "A cache does not answer.",
            description: "Redis \(.instance) does not answer its exporter, or the exporter does not answer Prometheus.",
            runbook: Runbook(
                meaning: "The server is down, or its exporter is.",
                impact: "Locks and sessions that it holds are out of reach.",
                queries: [.init("Servers, 1 for those that answer", RedisExporter.Server.up.series.value)],
                actions: ["Ask it: `redis-cli -h HOST -p PORT ping`.", "Read its log: `journalctl -u redis-server -n 100`."]))
    }

    /// Memory in use among that of `maxmemory`, of each server that has one.
    static var memoryShare: InstantVector<SeriesKey<NoKey>> {
        RedisExporter.Memory.used.series.value / (RedisExporter.Memory.limit.series.value > 0)
    }

    var cacheMemory: Alert {
        let limit = fleet.thresholds[Threshold.cacheMemory]
        return Alert(
            .cacheMemoryNearLimit, when: Self.memoryShare, above: limit, summary: "A cache is nearly full.",
            description: """
                Redis \(.instance) uses \(value: .percentage) of its memory; \
                the limit is \(limit).
                """,
            runbook: Runbook(
                meaning: "The server's data are near `maxmemory`.",
                impact: "At the limit it evicts keys, or refuses writes where it may not.",
                queries: [
                    .init("Keys by database", RedisExporter.Keys.keys.series.value),
                    .init("Keys evicted per second", RedisExporter.Keys.evicted.series.rate(over: window)),
                ],
                actions: ["Find large keys: `redis-cli --bigkeys`.", "Raise `Cache(maxMemory:)`."]),
            inputs: AlertInput.share(
                of: RedisExporter.Memory.used, in: RedisExporter.Memory.limit, [.service: "c", .instance: "one"],
                above: limit))
    }

    private var keysEvicted: Alert {
        let names = keeping.map(\.name).joined(separator: "|")
        let evicted = RedisExporter.Keys.evicted.series.matching(.instance, .matches, names)
        return Alert(
            .keysEvicted, anyOf: evicted, in: fleet, severity: .critical,
            summary: "A cache evicts what it must keep.",
            description: "Redis \(.instance) has evicted keys, though it holds what must not be lost.",
            runbook: Runbook(
                meaning: "The server is full and evicts keys, though the topology says that it may not (`evicts: false`).",
                impact: "Locks are lost, so that two may hold the same; sessions end.",
                queries: [.init("Memory in use", RedisExporter.Memory.used.series.value)],
                actions: [
                    "Set the policy that the topology expects: `redis-cli config set maxmemory-policy noeviction`.",
                    "Raise `Cache(maxMemory:)`.",
                ]),
            inputs: keeping.map { AlertInput(RedisExporter.Keys.evicted, [.service: "c", .instance: $0.name], .events(1)) }
                + [
                    AlertInput(
                        RedisExporter.Keys.evicted, [.service: "c", .instance: "another"], .growth(quiet: 0.5, bad: 0.5))
                ])
    }

    private var connectionsRejected: Alert {
        Alert(
            .cacheRejectsConnections, anyOf: RedisExporter.Clients.rejected.series, in: fleet, severity: .high,
            summary: "A cache turns clients away.",
            description: "Redis \(.instance) has turned clients away, because too many are connected.",
            runbook: Runbook(
                meaning: "As many clients are connected as `maxclients` allows.", impact: "New clients get no locks.",
                queries: [.init("Clients", RedisExporter.Clients.connected.series.value)],
                actions: ["See who is connected: `redis-cli client list`.", "Raise `maxclients` of the server."]))
    }
}
