import AgentMetrics
import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology
import NotificationMetrics

/// The first dashboard to look at: the whole fleet in thirteen panels, those of the original system.
///
/// Four single values; over time the six names of the contract, throughput and success rate; and the delivery latency, for
/// which the original had targets.
struct FleetOverview {
    let fleet: Fleet

    var dashboard: Dashboard {
        Dashboard(
            "fleet-overview", uid: "apus-\(fleet.name)-overview", title: "Fleet overview: \(fleet.name)",
            description: "Resources, queue and deliveries of the \(fleet.name) fleet.", tags: ["apus", fleet.name]
        ) {
            PanelRow(height: 4) { [totalThroughput, totalQueueDepth, activeWorkers, successRate] }
            PanelRow { [cpu, memory, heap] }
            PanelRow { [queueDepth, connections, uptime] }
            PanelRow { [throughput, successRateOverTime, latency] }
        }
    }

    private var limits: Thresholds { fleet.thresholds }
    private var leastSuccess: PanelThresholds { .least(limits.errorRatio.value.complement) }

    // MARK: - Single values

    private var totalThroughput: Panel {
        Panel(
            "Total throughput", description: "Notifications delivered per second by all workers together.", kind: .stat,
            unit: .perSecond
        ) {
            PanelQuery(FleetQueries.deliveries(over: .rateInterval), legend: "delivered")
        }.linked(to: .deliveries, "Workers and deliveries", of: fleet)
    }

    private var totalQueueDepth: Panel {
        Panel("Queue depth", description: "Notifications in the queue, in all states.", kind: .stat, unit: .count) {
            PanelQuery(FleetQueries.queueDepth.sum(), legend: "queued")
        }.thresholds(.most(Double(limits.queueDepth.value))).linked(to: .queue, "Queue", of: fleet)
    }

    private var activeWorkers: Panel {
        let workers = fleet.services(role: .worker).reduce(0) { $0 + $1.instances.count }
        return Panel("Active workers", description: "Workers whose process lives and reports.", kind: .stat, unit: .count) {
            PanelQuery(FleetQueries.up(.worker, in: fleet).sum(), legend: "workers")
        }.thresholds(.least(Double(workers)))
    }

    private var successRate: Panel {
        Panel(
            "Success rate", description: "Deliveries among all attempts; empty while nothing is attempted.", kind: .stat,
            unit: .ratio
        ) {
            PanelQuery(FleetQueries.successRatio(over: .rateInterval), legend: "success")
        }.range(from: 0, to: 1).thresholds(leastSuccess).linked(to: .deliveries, "Workers and deliveries", of: fleet)
    }

    // MARK: - Resources

    private var cpu: Panel {
        Panel("CPU", description: "CPU of each process, in percent of one core.", unit: .percent) {
            PanelQuery(Contract.cpuUsage.series.value, legend: "\(.instance)")
        }.thresholds(.most(limits.cpuPercent.value)).linkedToInstance(of: fleet).linked(
            to: .hosts, "Hosts and pressure", of: fleet)
    }

    private var memory: Panel {
        Panel("Memory", description: "Resident memory of each process.", unit: .bytes) {
            PanelQuery(Contract.memoryUsage.series.value, legend: "\(.instance)")
        }.thresholds(.most(Double(limits.memory.value.bytes))).linkedToInstance(of: fleet).linked(
            to: .hosts, "Hosts and pressure", of: fleet)
    }

    private var heap: Panel {
        Panel("Heap", description: "Heap in use in each process, as malloc counts it.", unit: .bytes) {
            PanelQuery(Contract.heapUsage.series.value, legend: "\(.instance)")
        }.linkedToInstance(of: fleet)
    }

    private var connections: Panel {
        Panel(
            "Database connections", description: "Open database connections of each process, stacked up to the fleet's.",
            kind: .stackedLines, unit: .count
        ) {
            PanelQuery(FleetQueries.openConnections, legend: "\(.instance)")
        }.thresholds(.most(Double(limits.connections.value))).linkedToInstance(of: fleet).linked(
            to: .database, "Database and pool", of: fleet)
    }

    private var uptime: Panel {
        Panel("Uptime", description: "Time since each process started; a fall to zero is a restart.", unit: .seconds) {
            PanelQuery(Contract.uptime.series.value, legend: "\(.instance)")
        }.linkedToInstance(of: fleet)
    }

    // MARK: - Work

    private var queueDepth: Panel {
        Panel(
            "Queue depth by state", description: "Notifications in the queue by state, stacked up to all.",
            kind: .stackedLines, unit: .count
        ) {
            PanelQuery(FleetQueries.queueDepth, legend: "\(.label(.state))")
        }.thresholds(.most(Double(limits.queueDepth.value))).linked(to: .queue, "Queue", of: fleet)
    }

    private var throughput: Panel {
        Panel(
            "Throughput", description: "Notifications delivered per second by each worker, stacked up to the fleet's.",
            kind: .stackedLines, unit: .perSecond
        ) {
            PanelQuery(Notifications.delivered.series.rate(over: .rateInterval).sum(by: .instance), legend: "\(.instance)")
        }.linkedToInstance(of: fleet)
    }

    private var successRateOverTime: Panel {
        Panel(
            "Success rate over time", description: "Deliveries among all attempts; a gap while nothing is attempted.",
            unit: .ratio
        ) {
            PanelQuery(FleetQueries.successRatio(over: .rateInterval), legend: "success")
        }.range(from: 0, to: 1).thresholds(leastSuccess).linked(to: .objectives, "Objectives", of: fleet)
    }

    private var latency: Panel {
        let buckets = Notifications.attemptDuration.series.bucketRates(over: .rateInterval).sum()
        return Panel(
            "Delivery latency", description: "Time of one attempt to deliver: median, 95th and 99th percentile.",
            unit: .seconds
        ) {
            PanelQuery(buckets.quantile(0.5), legend: "p50")
            PanelQuery(buckets.quantile(0.95), legend: "p95")
            PanelQuery(buckets.quantile(0.99), legend: "p99")
        }.linked(to: .deliveries, "Workers and deliveries", of: fleet)
    }
}
