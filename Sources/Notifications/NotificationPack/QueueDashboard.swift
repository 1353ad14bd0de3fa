import AgentMetrics
import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology
import MonitoringPacks
import NotificationMetrics

/// What waits: the queue of notifications, and the queues of brokers.
struct QueueDashboard {
    let fleet: Fleet

    var dashboard: Dashboard {
        let hasBrokers = FleetDashboard.queue.isPart(of: fleet)
        return fleet.dashboard(
            .workQueue, title: "Queue", description: "What waits for the workers of the \(fleet.name) fleet.",
            // None for services: those that put notifications in are others than those that take them out.
            variables: hasBrokers ? BrokerSection.variables : []
        ) {
            PanelRow("Notifications") { [depth, oldest] }
            PanelRow { [flow, handledShare] }
            PanelRow { [change, drain, refused] }
            if hasBrokers { BrokerSection(fleet: fleet).rows }
        }
    }

    private var enqueued: InstantVector<NoKey> { Notifications.enqueued.series.rate(over: .rateInterval).sum() }

    /// Delivered or given up.
    private var handled: InstantVector<NoKey> {
        Notifications.delivered.series.rate(over: .rateInterval).sum()
            + Notifications.dead.series.rate(over: .rateInterval).sum()
    }

    private var depth: Panel {
        Panel(
            "Depth by state",
            description:
                "Notifications in the queue, stacked up to all: pending ones are due, scheduled ones due later, locked ones at a worker.",
            kind: .stackedLines, unit: .count
        ) {
            PanelQuery(NotificationQueries.queueDepth, legend: "\(.label(.state))")
        }.thresholds(.limit(of: DeliveryAlerts(fleet: fleet).deepQueue))
    }

    private var oldest: Panel {
        Panel(
            "Age of the oldest", description: "How long the oldest notification that nobody holds has been due, by service.",
            unit: .seconds
        ) {
            PanelQuery(Queue.oldestAge.series.value.max(by: .service), legend: "\(.service)")
        }.thresholds(.limit(of: DeliveryAlerts(fleet: fleet).oldQueue))
    }

    private var flow: Panel {
        Panel(
            "In and out", description: "Notifications accepted per second, and those delivered or given up.", unit: .perSecond
        ) {
            PanelQuery(enqueued, legend: "in")
            PanelQuery(handled, legend: "out")
        }.linked(to: .deliveries, "Workers and deliveries", of: fleet)
    }

    private var handledShare: Panel {
        Panel(
            "Out among in",
            description:
                "Notifications delivered or given up among those accepted: below 100 % the queue grows; a gap while none comes.",
            unit: .ratio
        ) {
            PanelQuery(handled / (enqueued > 0), legend: "out among in")
        }.thresholds(.limit(of: DeliveryAlerts(fleet: fleet).tooFewDeliveries))
    }

    private var change: Panel {
        Panel(
            "Growth", description: "By how many notifications a second the queue grows; below 0 it shrinks.", unit: .perSecond
        ) {
            PanelQuery(NotificationQueries.queueDepth.sum().samples(over: .rateInterval).derivative, legend: "growth")
        }.range(from: nil, to: nil)
    }

    private var refused: Panel {
        Panel(
            "Refused by budget",
            description:
                "Notifications per second that were not accepted: user, one user has too much waiting; queue, too much waits; disk, the rest of the disk is kept for outcomes.",
            kind: .stackedLines, unit: .perSecond
        ) {
            PanelQuery(
                Notifications.refused.series.rate(over: .rateInterval).sum(by: .label(.budget)),
                legend: "\(.label(.budget))")
        }
    }

    private var drain: Panel {
        Panel(
            "Time to drain",
            description: "Until the queue is empty, if it shrinks on as it does; a gap while it does not shrink.",
            unit: .duration
        ) {
            PanelQuery(NotificationQueries.queueDepth.sum() / (handled - enqueued > 0), legend: "until empty")
        }
    }
}
