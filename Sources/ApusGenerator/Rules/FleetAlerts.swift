import ApusMetrics
import ApusPromQL
import ApusTopology
import MetricCatalog

/// What a fleet is alerted on.
struct FleetAlerts {
    let fleet: Fleet

    var all: [AlertRule] {
        [instanceDown, serviceHung, highCPU, highMemory, tooManyConnections, deepQueue, highErrorRate]
    }

    private var proofs: FleetAlertProofs { FleetAlertProofs(fleet: fleet) }
    private var limits: Thresholds { fleet.thresholds }
    private var hold: Duration { fleet.alerting.hold }

    private var instanceDown: AlertRule {
        AlertRule(
            "InstanceDown", when: FleetQueries.down(in: fleet), for: hold, severity: .critical,
            summary: "An instance is down or unseen.",
            description: """
                \(.instance) of service \(.service) does not run, does not report to its agent, \
                or its agent cannot be scraped.
                """,
            proof: proofs.instanceDown)
    }

    private var serviceHung: AlertRule {
        AlertRule(
            "ServiceHung", when: ServiceState.hung.series.value > 0, for: hold, severity: .critical,
            summary: "A process lives but does nothing.",
            description: """
                \(.instance) of service \(.service) runs, but gives no sign of life, or one of its executors runs nothing; \
                /health of its agent says which. A restart frees what it holds.
                """,
            proof: proofs.serviceHung)
    }

    private var highCPU: AlertRule {
        AlertRule(
            "HighCPU", when: Contract.cpuUsage.series.value > limits.cpuPercent.value, for: hold, severity: .medium,
            summary: "A process uses much CPU.",
            description: """
                \(.instance) of service \(.service) uses \(value: .decimals(1)) % of a core; \
                the limit is \(text: PromQLNumber.string(limits.cpuPercent.value)) %.
                """,
            proof: proofs.highCPU)
    }

    private var highMemory: AlertRule {
        AlertRule(
            "HighMemory", when: Contract.memoryUsage.series.value > Double(limits.memory.value.bytes), for: hold,
            severity: .high,
            summary: "A process uses much memory.",
            description: """
                \(.instance) of service \(.service) has \(value: .bytes)B resident; \
                the limit is \(text: ValueFormat.bytes.rendered(Double(limits.memory.value.bytes)))B.
                """,
            proof: proofs.highMemory)
    }

    private var tooManyConnections: AlertRule {
        AlertRule(
            "TooManyDatabaseConnections", when: FleetQueries.openConnections.sum() > Double(limits.connections.value),
            for: hold,
            severity: .high, summary: "The fleet has too many database connections open.",
            description: "\(value: .decimals(0)) connections are open; the limit is \(text: String(limits.connections.value)).",
            proof: proofs.tooManyConnections)
    }

    private var deepQueue: AlertRule {
        AlertRule(
            "DeepQueue", when: FleetQueries.queueDepth.sum() > Double(limits.queueDepth.value), for: hold, severity: .high,
            summary: "Notifications pile up.",
            description:
                "\(value: .decimals(0)) notifications are in the queue; the limit is \(text: String(limits.queueDepth.value)).",
            proof: proofs.deepQueue)
    }

    private var highErrorRate: AlertRule {
        AlertRule(
            "HighErrorRate",
            when: FleetQueries.errorRatio(over: .fixed(fleet.alertWindow)) > limits.errorRatio.value, for: hold,
            severity: .critical, summary: "Too many attempts to deliver fail.",
            description: """
                \(value: .percentage) of the attempts to deliver in the last \
                \(text: DurationText.string(fleet.alertWindow)) failed; \
                the limit is \(text: ValueFormat.percentage.rendered(limits.errorRatio.value)).
                """,
            proof: proofs.highErrorRate)
    }
}
