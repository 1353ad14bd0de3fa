import AgentMetrics
import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology
import MonitoringPacks
import NotificationMetrics

/// The first dashboard to look at: the whole fleet in thirteen panels, those of the original system.
///
/// Four single values; over time the six names of the contract, throughput and success rate; and the delivery latency, for
/// which the original had targets.
struct NotificationOverview {
    let fleet: Fleet

    var dashboard: Dashboard {
        let common = FleetOverview(fleet: fleet)
        return common.dashboard(description: "Resources, queue and deliveries of the \(fleet.name) fleet.") {
            PanelRow(height: 4) { [totalThroughput, totalQueueDepth, activeWorkers, successRate] }
            PanelRow { [common.cpu, common.memory, common.heap] }
            PanelRow { [queueDepth, common.connections, common.uptime] }
            PanelRow { [throughput, successRateOverTime, latency] }
        }
    }

    private var limits: Thresholds { fleet.thresholds }
    private var leastSuccess: PanelThresholds { .least(limits[Threshold.errorRatio].value.complement) }

    // MARK: - Single values

    private var totalThroughput: Panel {
        Panel(
            "Total throughput", description: "Notifications delivered per second by all workers together.", kind: .stat,
            unit: .perSecond
        ) {
            PanelQuery(NotificationQueries.deliveries(over: .rateInterval), legend: "delivered")
        }.linked(to: .deliveries, "Workers and deliveries", of: fleet)
    }

    private var totalQueueDepth: Panel {
        Panel("Queue depth", description: "Notifications in the queue, in all states.", kind: .stat, unit: .count) {
            PanelQuery(NotificationQueries.queueDepth.sum(), legend: "queued")
        }.thresholds(.limit(of: DeliveryAlerts(fleet: fleet).deepQueue)).linked(to: .workQueue, "Queue", of: fleet)
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
            PanelQuery(NotificationQueries.successRatio(over: .rateInterval), legend: "success")
        }.range(from: 0, to: 1).thresholds(leastSuccess).linked(to: .deliveries, "Workers and deliveries", of: fleet)
    }

    // MARK: - Work

    private var queueDepth: Panel {
        Panel(
            "Queue depth by state", description: "Notifications in the queue by state, stacked up to all.",
            kind: .stackedLines, unit: .count
        ) {
            PanelQuery(NotificationQueries.queueDepth, legend: "\(.label(.state))")
        }.thresholds(.limit(of: DeliveryAlerts(fleet: fleet).deepQueue)).linked(to: .workQueue, "Queue", of: fleet)
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
            PanelQuery(NotificationQueries.successRatio(over: .rateInterval), legend: "success")
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
