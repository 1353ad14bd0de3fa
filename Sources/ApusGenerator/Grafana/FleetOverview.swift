import ApusMetrics
import ApusPromQL
import ApusTopology
import MetricCatalog

/// The first dashboard to look at: the whole fleet in thirteen panels, those of the original system.
///
/// Four single values; over time the six names of the contract, throughput and success rate; and the delivery latency, for
/// which the original had targets.
struct FleetOverview {
    let fleet: Fleet

    var dashboard: Dashboard {
        Dashboard(
            uid: String("apus-\(fleet.name)-overview".prefix(40)),
            title: "Fleet overview: \(fleet.name)",
            description: "Resources, queue and deliveries of the \(fleet.name) fleet.",
            tags: ["apus", fleet.name],
            rows: [
                PanelRow(height: 4, width: 6, [totalThroughput, totalQueueDepth, activeWorkers, successRate]),
                PanelRow(height: 8, width: 8, [cpu, memory, heap]),
                PanelRow(height: 8, width: 8, [queueDepth, connections, uptime]),
                PanelRow(height: 8, width: 8, [throughput, successRateOverTime, latency]),
            ])
    }

    private var limits: Thresholds { fleet.thresholds }

    /// One less the error ratio, without the noise of binary fractions.
    private var leastSuccess: PanelLimit {
        .least(((1 - limits.errorRatio.value) * 1e12).rounded() / 1e12)
    }

    // MARK: - Single values

    private var totalThroughput: Panel {
        Panel(
            title: "Total throughput", description: "Notifications delivered per second by all workers together.",
            style: .singleValue, unit: .perSecond,
            queries: [PanelQuery(FleetQueries.deliveries(over: .rateInterval), legend: "delivered")])
    }

    private var totalQueueDepth: Panel {
        Panel(
            title: "Queue depth", description: "Notifications in the queue, in all states.", style: .singleValue, unit: .count,
            limit: .most(Double(limits.queueDepth.value)),
            queries: [PanelQuery(FleetQueries.queueDepth.sum(), legend: "queued")])
    }

    private var activeWorkers: Panel {
        let workers = fleet.services(role: .worker).reduce(0) { $0 + $1.instances.count }
        return Panel(
            title: "Active workers", description: "Workers whose process lives and reports.", style: .singleValue, unit: .count,
            limit: .least(Double(workers)),
            queries: [PanelQuery(FleetQueries.up(.worker, in: fleet).sum(), legend: "workers")])
    }

    private var successRate: Panel {
        Panel(
            title: "Success rate", description: "Deliveries among all attempts; empty while nothing is attempted.",
            style: .singleValue, unit: .ratio, range: 0...1, limit: leastSuccess,
            queries: [PanelQuery(FleetQueries.successRatio(over: .rateInterval), legend: "success")])
    }

    // MARK: - Resources

    private var cpu: Panel {
        Panel(
            title: "CPU", description: "CPU of each process, in percent of one core.", style: .lines, unit: .percent,
            limit: .most(limits.cpuPercent.value),
            queries: [PanelQuery(Contract.cpuUsage.series.value, legend: "\(.instance)")])
    }

    private var memory: Panel {
        Panel(
            title: "Memory", description: "Resident memory of each process.", style: .lines, unit: .bytes,
            limit: .most(Double(limits.memory.value.bytes)),
            queries: [PanelQuery(Contract.memoryUsage.series.value, legend: "\(.instance)")])
    }

    private var heap: Panel {
        Panel(
            title: "Heap", description: "Heap in use in each process, as malloc counts it.", style: .lines, unit: .bytes,
            queries: [PanelQuery(Contract.heapUsage.series.value, legend: "\(.instance)")])
    }

    private var connections: Panel {
        Panel(
            title: "Database connections", description: "Open database connections of each process, stacked up to the fleet's.",
            style: .stackedLines, unit: .count, limit: .most(Double(limits.connections.value)),
            queries: [PanelQuery(FleetQueries.openConnections, legend: "\(.instance)")])
    }

    private var uptime: Panel {
        Panel(
            title: "Uptime", description: "Time since each process started; a fall to zero is a restart.", style: .lines,
            unit: .seconds, queries: [PanelQuery(Contract.uptime.series.value, legend: "\(.instance)")])
    }

    // MARK: - Work

    private var queueDepth: Panel {
        Panel(
            title: "Queue depth by state", description: "Notifications in the queue by state, stacked up to all.",
            style: .stackedLines, unit: .count, limit: .most(Double(limits.queueDepth.value)),
            queries: [PanelQuery(FleetQueries.queueDepth, legend: "\(.label(.state))")])
    }

    private var throughput: Panel {
        Panel(
            title: "Throughput", description: "Notifications delivered per second by each worker, stacked up to the fleet's.",
            style: .stackedLines, unit: .perSecond,
            queries: [
                PanelQuery(
                    Notifications.delivered.series.rate(over: .rateInterval).sum(by: .instance), legend: "\(.instance)")
            ])
    }

    private var successRateOverTime: Panel {
        Panel(
            title: "Success rate over time", description: "Deliveries among all attempts; a gap while nothing is attempted.",
            style: .lines, unit: .ratio, range: 0...1, limit: leastSuccess,
            queries: [PanelQuery(FleetQueries.successRatio(over: .rateInterval), legend: "success")])
    }

    private var latency: Panel {
        let buckets = Notifications.attemptDuration.series.bucketRates(over: .rateInterval).sum()
        return Panel(
            title: "Delivery latency", description: "Time of one attempt to deliver: median, 95th and 99th percentile.",
            style: .lines, unit: .seconds,
            queries: [
                PanelQuery(buckets.quantile(0.5), legend: "p50"), PanelQuery(buckets.quantile(0.95), legend: "p95"),
                PanelQuery(buckets.quantile(0.99), legend: "p99"),
            ])
    }
}
