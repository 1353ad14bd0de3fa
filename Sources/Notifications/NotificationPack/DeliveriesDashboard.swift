import AgentMetrics
import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology
import MonitoringPacks
import NotificationMetrics

/// What workers do: how much they deliver, how much fails and why, how long it takes, and whether they keep their leases.
struct DeliveriesDashboard {
    let fleet: Fleet

    var dashboard: Dashboard {
        fleet.dashboard(
            .deliveries, title: "Workers and deliveries", description: "What the workers of the \(fleet.name) fleet do.",
            variables: [
                DashboardVariable(.job, of: Notifications.claimed), DashboardVariable(.service, of: Notifications.claimed),
                DashboardVariable(.instance, of: Notifications.claimed),
                DashboardVariable(.label(.channel), of: Notifications.delivered),
            ]
        ) {
            PanelRow(height: 4) { [totalDelivered, totalFailed, typicalDuration, typicalDelay] }
            PanelRow("What becomes of notifications") { [outcomes, byChannel, byWorker] }
            PanelRow("Failures") { [errorRatio, failures, dead] }
            PanelRow("Receivers") { [deferrals, closedDestinations] }
            PanelRow("Duration of attempts") { [duration, durationHeatmap, durationByChannel] }
            PanelRow("Pickup") { [delay, delayHeatmap] }
            PanelRow("Leases") { [leases, lostLeases] }
        }
    }

    private var limits: Thresholds { fleet.thresholds }
    private let attempts = Notifications.attemptDuration.series.bucketRates(over: .rateInterval)
    private let pickups = Notifications.pickupDelay.series.bucketRates(over: .rateInterval)

    private func perService<Metric: MonotonicDeclaration>(_ counter: Metric) -> InstantVector<TargetKey> {
        counter.series.rate(over: .rateInterval).sum(perTarget: .service)
    }

    /// Failed attempts among all; nothing while nothing is attempted.
    private var failedShare: InstantVector<TargetKey> {
        let failed = perService(Notifications.failures)
        return failed / (perService(Notifications.delivered) + failed > 0)
    }

    // MARK: - Single values

    private var totalDelivered: Panel {
        Panel("Delivered", description: "Notifications delivered per second.", kind: .stat, unit: .perSecond) {
            PanelQuery(NotificationQueries.deliveries(over: .rateInterval), legend: "delivered")
        }
    }

    private var totalFailed: Panel {
        Panel(
            "Success ratio", description: "Deliveries among all attempts; empty while nothing is attempted.", kind: .stat,
            unit: .ratio
        ) {
            PanelQuery(NotificationQueries.successRatio(over: .rateInterval), legend: "success")
        }.range(from: 0, to: 1).thresholds(.least(limits[Threshold.errorRatio].value.complement))
    }

    private var typicalDuration: Panel {
        Panel(
            "Attempt, 95th percentile", description: "The time in which nineteen of twenty attempts end.", kind: .stat,
            unit: .seconds
        ) {
            PanelQuery(attempts.sum().quantile(0.95), legend: "p95")
        }.thresholds(.limit(of: DeliveryAlerts(fleet: fleet).highDeliveryLatency))
    }

    private var typicalDelay: Panel {
        Panel(
            "Pickup, 95th percentile",
            description: "The time within which a worker takes up nineteen of twenty notifications that are due.", kind: .stat,
            unit: .seconds
        ) {
            PanelQuery(pickups.sum().quantile(0.95), legend: "p95")
        }
    }

    // MARK: - Outcomes

    private var outcomes: Panel {
        func rate<Metric: MonotonicDeclaration>(_ counter: Metric) -> InstantVector<NoKey> {
            counter.series.rate(over: .rateInterval).sum()
        }
        return Panel(
            "Outcomes", description: "Per second: notifications claimed, and what became of them.", unit: .perSecond,
            width: .half
        ) {
            PanelQuery(rate(Notifications.claimed), legend: "claimed")
            PanelQuery(rate(Notifications.delivered), legend: "delivered")
            PanelQuery(rate(Notifications.failures), legend: "failed")
            PanelQuery(rate(Notifications.dead), legend: "given up")
            PanelQuery(rate(Notifications.released), legend: "released without an attempt")
        }.overrides(
            .named("delivered", .color(.green)), .named("failed", .color(.orange)), .named("given up", .color(.red))
        ).linked(to: .workQueue, "Queue", of: fleet)
    }

    private var byChannel: Panel {
        Panel(
            "Delivered by channel", description: "Notifications delivered per second, stacked by channel.", kind: .stackedLines,
            unit: .perSecond
        ) {
            PanelQuery(
                Notifications.delivered.series.rate(over: .rateInterval).sum(by: .label(.channel)),
                legend: "\(.label(.channel))")
        }
    }

    private var byWorker: Panel {
        Panel(
            "Delivered by worker", description: "Notifications delivered per second by each process, stacked up to all.",
            kind: .stackedLines, unit: .perSecond
        ) {
            PanelQuery(
                Notifications.delivered.series.rate(over: .rateInterval).sum(by: .instance), legend: "\(.instance)")
        }.linkedToInstance(of: fleet)
    }

    // MARK: - Failures

    private var errorRatio: Panel {
        Panel(
            "Failed attempts", description: "Failed attempts among all, by service; a gap while nothing is attempted.",
            unit: .ratio
        ) {
            PanelQuery(failedShare, legend: "\(.service)")
        }.thresholds(.limit(of: DeliveryAlerts(fleet: fleet).highErrorRate)).linked(to: .objectives, "Objectives", of: fleet)
    }

    private var failures: Panel {
        Panel(
            "Failures by channel and reason",
            description:
                "Failed attempts per second: permanent ones are not tried again, the others later, throttled ones when the receiver says.",
            kind: .stackedLines, unit: .perSecond
        ) {
            PanelQuery(
                Notifications.failures.series.rate(over: .rateInterval).sum(by: .label(.channel), .label(.reason)),
                legend: "\(.label(.channel)): \(.label(.reason))")
        }
    }

    private var dead: Panel {
        Panel(
            "Given up by channel", description: "Notifications per second that are not tried again.", kind: .stackedLines,
            unit: .perSecond
        ) {
            PanelQuery(
                Notifications.dead.series.rate(over: .rateInterval).sum(by: .label(.channel)), legend: "\(.label(.channel))")
        }
    }

    // MARK: - Receivers

    private var deferrals: Panel {
        Panel(
            "Deferred by reason",
            description:
                "Notifications per second that are put off without an attempt: closed, the destination does not answer; full, it is slow; name, it cannot be looked up; worker, the worker itself cannot connect.",
            kind: .stackedLines, unit: .perSecond
        ) {
            PanelQuery(
                Notifications.deferrals.series.rate(over: .rateInterval).sum(by: .label(.reason)),
                legend: "\(.label(.reason))")
        }
    }

    private var closedDestinations: Panel {
        Panel(
            "Closed destinations",
            description: "Destinations that a worker leaves alone for a while because they do not answer, by worker.",
            unit: .count
        ) {
            PanelQuery(Notifications.closedDestinations.series.value.max(by: .instance), legend: "\(.instance)")
        }.linkedToInstance(of: fleet)
    }

    // MARK: - Durations

    private var duration: Panel {
        Panel(
            "Attempts", description: "Time of one attempt to deliver: median, 95th and 99th percentile.", unit: .seconds
        ) {
            attempts.percentiles
        }.thresholds(.limit(of: DeliveryAlerts(fleet: fleet).highDeliveryLatency))
    }

    private var durationHeatmap: Panel {
        attempts.heatmap("Spread of attempts", description: "How many attempts took how long.")
    }

    private var durationByChannel: Panel {
        Panel("Attempts by channel", description: "The 95th percentile of each channel.", unit: .seconds) {
            PanelQuery(attempts.sum(by: .label(.channel)).quantile(0.95), legend: "\(.label(.channel))")
        }.thresholds(.limit(of: DeliveryAlerts(fleet: fleet).highDeliveryLatency))
    }

    private var delay: Panel {
        Panel(
            "Pickup delay",
            description:
                "Time from the moment a notification is due until a worker claims it: median, 95th and 99th percentile.",
            unit: .seconds
        ) {
            pickups.percentiles
        }.linked(to: .objectives, "Objectives", of: fleet)
    }

    private var delayHeatmap: Panel {
        pickups.heatmap("Spread of pickup delay", description: "How many notifications waited how long.")
    }

    // MARK: - Leases

    private var leases: Panel {
        Panel(
            "Leases gone astray",
            description: "Per second: leases lost to another worker, and expired leases of others that were taken back.",
            unit: .perSecond
        ) {
            PanelQuery(
                Notifications.lostLeases.series.rate(over: .rateInterval).sum(by: .instance), legend: "lost by \(.instance)")
            PanelQuery(
                Notifications.reclaimed.series.rate(over: .rateInterval).sum(by: .instance),
                legend: "taken back by \(.instance)")
        }.linkedToInstance(of: fleet)
    }

    private var lostLeases: Panel {
        let share = perService(Notifications.lostLeases) / (perService(Notifications.claimed) > 0)
        return Panel(
            "Lost leases", description: "Leases lost to another worker among all that were taken, by service.", unit: .ratio
        ) {
            PanelQuery(share, legend: "\(.service)")
        }.thresholds(.limit(of: DeliveryAlerts(fleet: fleet).lostLeases))
    }
}
