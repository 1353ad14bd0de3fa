import ApusMetrics
import ApusPromQL
import ApusTopology
import MetricCatalog

/// The proofs of ``FleetAlerts``. Values lie just within and just beyond the limits, so that a rule with another threshold, matcher
/// or aggregation fails its test.
///
/// All proofs share one test and its series. Besides the fleet's own instances there are three that it does not expect, so that
/// nothing depends on what the fleet is.
struct FleetAlertProofs {
    private let fleet: Fleet
    private let limits: Thresholds
    private let timeline: ProofTimeline

    init(fleet: Fleet) {
        self.fleet = fleet
        limits = fleet.thresholds
        timeline = ProofTimeline(fleet: fleet)
    }

    /// Each expected instance vanishes, one that was not expected dies, and an agent cannot be scraped; a target of another job
    /// has never been.
    var instanceDown: AlertProof {
        let expected = fleet.identities.map { target($0.instance, of: $0.service) }
        let visitor = target("visitor")
        let agent = target("agent", of: agentService)
        let other = [(TargetKey.job.rawValue, "other"), (TargetKey.instance.rawValue, "other")]
        return AlertProof(
            series: expected.map { ProofSeries(ServiceState.up, $0, values: values(1, nil)) } + [
                ProofSeries(ServiceState.up, visitor, values: values(1, 0)),
                ProofSeries(ScrapeMetrics.up, agent, values: values(1, 0)),
                ProofSeries(ScrapeMetrics.up, other, values: values(0, 0)),
            ],
            firing: expected.map { .init(labels: $0, value: 1) }
                + [visitor, agent].map { .init(labels: $0, value: 0) })
    }

    var serviceHung: AlertProof {
        AlertProof(
            series: [ProofSeries(ServiceState.hung, target("one"), values: values(0, 1))], labels: target("one"), value: 1)
    }

    var highCPU: AlertProof {
        let breach = beyond(limits.cpuPercent.value)
        return AlertProof(
            series: [ProofSeries(Contract.cpuUsage, target("one"), values: values(limits.cpuPercent.value, breach))],
            labels: target("one"), value: breach)
    }

    var highMemory: AlertProof {
        let limit = Double(limits.memory.value.bytes)
        return AlertProof(
            series: [ProofSeries(Contract.memoryUsage, target("one"), values: values(limit, limit + 1))],
            labels: target("one"), value: limit + 1)
    }

    /// Neither of two processes has too many connections, but together they have.
    var tooManyConnections: AlertProof {
        let limit = Double(limits.connections.value)
        return AlertProof(
            series: [
                ProofSeries(Contract.databaseConnections, target("one"), values: values(1, 1)),
                ProofSeries(Contract.databaseConnections, target("two"), values: values(limit - 1, limit)),
            ],
            value: limit + 1)
    }

    /// Both processes report the same queue, and one of them lags: adding the reports up would double it. Neither state alone is
    /// too much.
    var deepQueue: AlertProof {
        let limit = Double(limits.queueDepth.value)
        func series(_ instance: String, _ state: QueueState, _ quiet: Double, _ breach: Double) -> ProofSeries {
            ProofSeries(
                Contract.queueDepth, target(instance) + QueueStateLabels(state: state).pairs,
                values: values(quiet, breach))
        }
        return AlertProof(
            series: [
                series("one", .pending, limit - 1, limit - 1), series("one", .locked, 1, 1),
                series("two", .pending, limit - 1, limit), series("two", .locked, 1, 1),
            ],
            value: limit + 1)
    }

    /// Of a billion attempts a step, somewhat less than the limit fail. The first bad step makes up for the whole window before it:
    /// the ratio is beyond the limit at once, for as long as that step is in the window, and would not be in a longer window.
    var highErrorRate: AlertProof {
        let attempts = 1e9
        let window = Double(timeline.windowSteps)
        let limit = (limits.errorRatio.value * attempts).rounded()
        let quiet = max(limit - 10 * (window + 1), 0)
        let breach = limit + 10
        let failures = (0...timeline.end).map { index -> Double in
            if index >= timeline.recovery { return 0 }
            let isFirst = timeline.isBreached(index) && (index - timeline.breach).isMultiple(of: timeline.windowSteps)
            return isFirst ? window * breach - (window - 1) * quiet : quiet
        }
        let failureLabels = DeliveryFailureLabels(channel: .webhook, reason: .transient).pairs
        return AlertProof(
            series: [
                ProofSeries(Notifications.failures, target("one") + failureLabels, values: runningTotal(failures)),
                ProofSeries(
                    Notifications.delivered, target("one") + ChannelLabels(channel: .webhook).pairs,
                    values: runningTotal(failures.map { attempts - $0 })),
            ],
            value: breach / attempts)
    }

    /// A value within the limit until the breach, another during the breach (nil: the series is gone), and the first again.
    private func values(_ quiet: Double, _ breach: Double?) -> [Double?] {
        (0...timeline.end).map { timeline.isBreached($0) ? breach : quiet }
    }

    private func runningTotal(_ increases: [Double]) -> [Double] {
        var total = 0.0
        return increases.map { increase in
            total += increase
            return total
        }
    }

    private func target(_ instance: String, of service: String = "service") -> [(String, String)] {
        [(TargetKey.job.rawValue, agentJob), (TargetKey.service.rawValue, service), (TargetKey.instance.rawValue, instance)]
    }

    /// A tenth of a percent more, rounded to decimals that print short.
    private func beyond(_ limit: Double) -> Double {
        let more = (limit * 1.001 * 1000).rounded(.up) / 1000
        return more > limit ? more : limit.nextUp
    }
}
