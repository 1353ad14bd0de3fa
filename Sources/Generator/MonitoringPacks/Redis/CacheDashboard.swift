import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology
import ExporterCatalog

/// Redis: memory, clients, commands and keys.
struct CacheDashboard {
    let fleet: Fleet

    private typealias Memory = RedisExporter.Memory
    private typealias Clients = RedisExporter.Clients
    private typealias Commands = RedisExporter.Commands
    private typealias Keys = RedisExporter.Keys

    var dashboard: Dashboard {
        fleet.dashboard(
            .cache, title: "Cache", description: "The Redis servers of the \(fleet.name) fleet.",
            variables: [DashboardVariable(.instance, of: RedisExporter.Server.up, name: "cache")]
        ) {
            PanelRow(height: 4) { [state, uptime, memoryShare, hitRatio] }
            PanelRow("Memory and eviction") { [memory, memoryShareOverTime, evicted] }
            PanelRow("Lookups and keys") { [lookups, keys] }
            PanelRow("Clients and commands") { [clients, connections, commands] }
            PanelRow { [commandTime, slow, network] }
        }
    }

    private var limit: PanelThresholds { .limit(of: CacheAlerts(fleet: fleet).cacheMemory) }
    private var hits: InstantVector<SeriesKey<NoKey>> {
        let hits = Keys.hits.series.rate(over: .rateInterval)
        return hits / (hits + Keys.misses.series.rate(over: .rateInterval) > 0)
    }

    // MARK: - Single values

    private var state: Panel {
        Panel(
            "State", description: "Whether each server answers its exporter.", kind: .stat(of: .last, graph: .none), unit: .none
        ) {
            PanelQuery(RedisExporter.Server.up.series.value, legend: "\(.instance)")
        }.saying("up", or: "down")
    }

    private var uptime: Panel {
        Panel("Uptime", description: "Time since each server started.", kind: .stat(of: .last, graph: .none), unit: .duration) {
            PanelQuery(RedisExporter.Server.uptime.series.value, legend: "\(.instance)")
        }
    }

    private var memoryShare: Panel {
        Panel("Memory in use", description: "Memory in use among that of `maxmemory`.", kind: .stat, unit: .ratio) {
            PanelQuery(CacheAlerts.memoryShare, legend: "\(.instance)")
        }.range(from: 0, to: 1).thresholds(limit)
    }

    private var hitRatio: Panel {
        Panel(
            "Hit ratio", description: "Lookups that found their key among all; empty while nothing is looked up.", kind: .stat,
            unit: .ratio
        ) {
            PanelQuery(hits, legend: "\(.instance)")
        }.range(from: 0, to: 1)
    }

    // MARK: - Memory and keys

    private var memory: Panel {
        Panel("Memory", description: "Memory in use, the part that is data, what is resident, and the limit.", unit: .bytes) {
            PanelQuery(Memory.used.series.value, legend: "\(.instance): in use")
            PanelQuery(Memory.dataset.series.value, legend: "\(.instance): data")
            PanelQuery(Memory.resident.series.value, legend: "\(.instance): resident")
            PanelQuery(Memory.limit.series.value.max(), legend: "limit")
        }.overrides(.limitLine("limit"))
    }

    private var memoryShareOverTime: Panel {
        Panel("Share of memory", description: "Memory in use among that of `maxmemory`, over time.", unit: .ratio) {
            PanelQuery(CacheAlerts.memoryShare, legend: "\(.instance)")
        }.range(from: 0, to: 1).thresholds(limit)
    }

    private var evicted: Panel {
        Panel(
            "Keys that went", description: "Keys per second that were evicted for want of memory, or expired.", unit: .perSecond
        ) {
            PanelQuery(Keys.evicted.series.rate(over: .rateInterval), legend: "\(.instance): evicted")
            PanelQuery(Keys.expired.series.rate(over: .rateInterval), legend: "\(.instance): expired")
        }.overrides(.matching(".*evicted", .color(.red)))
    }

    private var lookups: Panel {
        Panel(
            "Lookups", description: "Lookups per second that found their key, and that did not.", kind: .stackedLines,
            unit: .operationsPerSecond
        ) {
            PanelQuery(Keys.hits.series.rate(over: .rateInterval).sum(), legend: "hits")
            PanelQuery(Keys.misses.series.rate(over: .rateInterval).sum(), legend: "misses")
        }
    }

    private var keys: Panel {
        Panel("Keys", description: "Keys by database, and those that will expire.", unit: .count) {
            PanelQuery(Keys.keys.series.value, legend: "\(.instance) \(.label(.database))")
            PanelQuery(Keys.expiring.series.value, legend: "\(.instance) \(.label(.database)), expiring")
        }
    }

    // MARK: - Clients and commands

    private var clients: Panel {
        Panel("Clients", description: "Connected clients, and those that wait in a blocking call.", unit: .count) {
            PanelQuery(Clients.connected.series.value, legend: "\(.instance): connected")
            PanelQuery(Clients.blocked.series.value, legend: "\(.instance): blocked")
        }
    }

    private var connections: Panel {
        Panel("New connections", description: "Connections accepted and rejected per second.", unit: .perSecond) {
            PanelQuery(Clients.accepted.series.rate(over: .rateInterval), legend: "\(.instance): accepted")
            PanelQuery(Clients.rejected.series.rate(over: .rateInterval), legend: "\(.instance): rejected")
        }.overrides(.matching(".*rejected", .color(.red)))
    }

    private var commands: Panel {
        Panel(
            "Commands", description: "The ten commands that are called most, per second.", kind: .stackedLines,
            unit: .operationsPerSecond
        ) {
            PanelQuery(
                Commands.calls.series.rate(over: .rateInterval).sum(by: .label(.command)).top(10), legend: "\(.label(.command))"
            )
        }
    }

    private var commandTime: Panel {
        let time = Commands.duration.series.rate(over: .rateInterval).sum(by: .label(.command))
        let calls = Commands.calls.series.rate(over: .rateInterval).sum(by: .label(.command))
        return Panel("Time of commands", description: "Mean time of one call, the ten slowest commands.", unit: .seconds) {
            PanelQuery((time / (calls > 0)).top(10), legend: "\(.label(.command))")
        }
    }

    private var slow: Panel {
        Panel(
            "Failures", description: "Error replies per second, and calls that were refused before they ran.", unit: .perSecond
        ) {
            PanelQuery(Commands.errorReplies.series.rate(over: .rateInterval), legend: "\(.instance): errors")
            PanelQuery(
                Commands.rejected.series.rate(over: .rateInterval).sum(by: .instance), legend: "\(.instance): refused")
        }
    }

    private var network: Panel {
        Panel("Network", description: "Bytes per second from clients, and to them below zero.", unit: .bytesPerSecond) {
            PanelQuery(Clients.receivedBytes.series.rate(over: .rateInterval), legend: "\(.instance): received")
            PanelQuery(Clients.sentBytes.series.rate(over: .rateInterval), legend: "\(.instance): sent")
        }.range(from: nil, to: nil).overrides(.matching(".*sent", .negative))
    }
}
