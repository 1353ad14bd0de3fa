import ApusMetrics
import ApusPromQL
import ApusTopology
import MetricCatalog

/// The proofs of ``FleetAlerts``. Values lie just within and just beyond the limits, so that a rule with another threshold, matcher
/// or aggregation fails its test.
///
/// All proofs share one test and its series. The instance `falls` dies in the breach and goes on being served with absurd values,
/// which must not count; `stays` lives throughout.
struct FleetAlertProofs {
    private let limits: Thresholds
    private let timeline: ProofTimeline
    private let service: String

    init(fleet: Fleet) {
        limits = fleet.thresholds
        timeline = ProofTimeline(fleet: fleet)
        service = fleet.services.first?.name ?? "service"
    }

    var instanceDown: AlertProof {
        AlertProof(
            series: [
                ProofSeries(ServiceState.up, target("falls"), values: values(1, 0)),
                ProofSeries(ServiceState.up, target("stays"), values: values(1, 1)),
            ],
            labels: target("falls"), value: 0)
    }

    var agentDown: AlertProof {
        let labels = [(TargetKey.job.rawValue, agentJob), (TargetKey.instance.rawValue, "agent:1")]
        let other = [(TargetKey.job.rawValue, "other"), (TargetKey.instance.rawValue, "other:1")]
        return AlertProof(
            series: [
                ProofSeries(ScrapeMetrics.up, labels, values: values(1, 0)),
                ProofSeries(ScrapeMetrics.up, other, values: values(0, 0)),
            ],
            labels: labels, value: 0)
    }

    var highCPU: AlertProof {
        let breach = beyond(limits.cpuPercent)
        return AlertProof(
            series: [ProofSeries(Contract.cpuUsage, target("stays"), values: values(limits.cpuPercent, breach))],
            labels: target("stays"), value: breach)
    }

    var highMemory: AlertProof {
        let limit = Double(limits.memory.bytes)
        return AlertProof(
            series: [ProofSeries(Contract.memoryUsage, target("stays"), values: values(limit, limit + 1))],
            labels: target("stays"), value: limit + 1)
    }

    var tooManyConnections: AlertProof {
        let limit = Double(limits.connections)
        return AlertProof(
            series: [
                ProofSeries(Contract.databaseConnections, target("falls"), values: values(1, limit * 100)),
                ProofSeries(Contract.databaseConnections, target("stays"), values: values(limit - 1, limit + 1)),
            ],
            labels: [], value: limit + 1)
    }

    /// Both instances report the same queue: adding the reports up would double it.
    var deepQueue: AlertProof {
        let limit = Double(limits.queueDepth)
        func series(_ instance: String, _ state: QueueState, _ quiet: Double, _ breach: Double) -> ProofSeries {
            ProofSeries(
                Contract.queueDepth, target(instance) + QueueStateLabels(state: state).pairs,
                values: values(quiet, breach))
        }
        return AlertProof(
            series: [
                series("falls", .pending, limit - 1, limit * 100), series("falls", .locked, 1, limit * 100),
                series("stays", .pending, limit - 1, limit), series("stays", .locked, 1, 1),
            ],
            labels: [], value: limit + 1)
    }

    /// Of a million attempts a step, ten less or ten more than the limit fail; the first bad step makes up for the whole window
    /// before it, so that the ratio is beyond the limit from the first evaluation on.
    var highErrorRate: AlertProof {
        let attempts = 1_000_000.0
        let limit = (limits.errorRatio * attempts).rounded()
        let quiet = max(limit - 10, 0)
        let breach = limit + 10
        let window = Double(timeline.windowSteps)
        let failures = (0...timeline.end).map { index -> Double in
            if index == timeline.breach { return window * breach - (window - 1) * quiet }
            if index >= timeline.recovery { return 0 }
            return index > timeline.breach ? breach : quiet
        }
        let inWindow = failures[(timeline.firing - timeline.windowSteps + 1)...timeline.firing].reduce(0, +)
        let failureLabels = DeliveryFailureLabels(channel: .webhook, reason: .transient).pairs
        return AlertProof(
            series: [
                ProofSeries(Notifications.failures, target("stays") + failureLabels, values: runningTotal(failures)),
                ProofSeries(
                    Notifications.delivered, target("stays") + ChannelLabels(channel: .webhook).pairs,
                    values: runningTotal(failures.map { attempts - $0 })),
            ],
            labels: [], value: inWindow / (window * attempts))
    }

    /// A value within the limit until the breach, one beyond it during the breach, and the first again.
    private func values(_ quiet: Double, _ breach: Double) -> [Double] {
        (0...timeline.end).map { timeline.isBreached($0) ? breach : quiet }
    }

    private func runningTotal(_ increases: [Double]) -> [Double] {
        var total = 0.0
        return increases.map { increase in
            total += increase
            return total
        }
    }

    private func target(_ instance: String) -> [(String, String)] {
        [(TargetKey.job.rawValue, agentJob), (TargetKey.service.rawValue, service), (TargetKey.instance.rawValue, instance)]
    }

    /// A tenth of a percent more, rounded to decimals that print short.
    private func beyond(_ limit: Double) -> Double {
        let more = (limit * 1.001 * 1000).rounded(.up) / 1000
        return more > limit ? more : limit.nextUp
    }
}
