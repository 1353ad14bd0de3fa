import AgentMetrics
import ApusMetrics
import ApusPromQL
import ApusText
import ApusTopology

/// Processes that end soon after their start, again and again.
///
/// The start of a group is that of its oldest process. Where nothing but their own looks make processes one group, the oldest is another
/// one whenever it ends: of workers that are ended in turn, and without their master, this says nothing of the service. Only where the whole
/// group is young each time has it started again.
extension InstanceAlerts {
    /// The window in which ``Threshold/restarts`` counts starts.
    static let restartWindow = Duration.seconds(900)

    /// How often each process has started within ``restartWindow``.
    static var starts: InstantVector<SeriesKey<NoKey>> {
        ServiceProcess.startTime.series.samples(over: .fixed(restartWindow)).changes
    }

    var tooManyRestarts: Alert {
        let limit = fleet.thresholds[Threshold.restarts]
        let ofCrowds =
            crowds.isEmpty
            ? "" : " Of a group of several processes that no unit makes one, a start counts when all of them are new."
        return Alert(
            .tooManyRestarts, when: changing(above: limit), threshold: limit,
            summary: "A process starts again and again.",
            description: """
                \(.instance) of service \(.service) has started \(value: .decimals(0)) times within \
                \(text: DurationText.string(Self.restartWindow)); \
                the limit is \(limit).
                """,
            runbook: Runbook(
                meaning: "The process ends soon after its start, and something starts it again each time.\(ofCrowds)",
                impact: "What it had in hand is done again, and each start costs time in which it serves nobody.",
                queries: [
                    .init("Uptime", Contract.uptime.series.value),
                    .init("Resident memory, to see whether it grew before the end", ServiceProcess.residentMemory.series.value),
                ],
                actions: [
                    "Read why it ended: `journalctl -u apus-SERVICE@INSTANCE -n 200`.",
                    "Look for kills by the kernel: `journalctl -k | grep -i oom`.",
                    "If it began with a release, take the release back.",
                ]),
            inputs: [
                AlertInput(ServiceProcess.startTime, [.service: "a", .instance: "one"], .events(limit.wholeValue + 1)),
                AlertInput(ServiceProcess.startTime, [.service: "a", .instance: "two"], .constant(1000)),
            ] + crowdInputs(limit))
    }

    /// Groups of processes that nothing but their own looks make one.
    private var crowds: [FleetService] { fleet.groupedServices.filter { !$0.isOfControlGroups } }

    private func changing(above limit: Threshold) -> InstantVector<SeriesKey<NoKey>> {
        let starting = Self.starts > limit.value
        if crowds.isEmpty { return starting }
        let several = (ResourceAlerts.living(of: crowds) > 1).unless(
            youth > leastYouth(limit), on: .service, .instance)
        return starting.unless(several, on: .service, .instance)
    }

    /// How often it must have been young: as often as it started, or at half of the looks where these are too few.
    private func leastYouth(_ limit: Threshold) -> Double {
        min(limit.value, (Self.restartWindow / youngest / 2).rounded(.down))
    }

    /// The age up to which a whole group is young: each start is seen once at least.
    private var youngest: Duration { max(.seconds(30), fleet.scraping.interval) }

    /// How often the oldest process of a group was young, of looks that are so far apart that each start counts once.
    private var youth: InstantVector<SeriesKey<NoKey>> {
        let young = Contract.uptime.series.value < youngest / .seconds(1)
        return young.samples(over: .fixed(Self.restartWindow), every: youngest).count
    }

    // MARK: - Inputs

    private func crowdInputs(_ limit: Threshold) -> [AlertInput] {
        guard let service = crowds.first?.name else { return [] }
        let times = youngTimes(limit)
        let old = youngest / .seconds(1) * 1.0003
        // All but the crowds are one process that starts again and again, as far as one can see.
        var inputs = starting(service, "alone", [(.sleeping, 1), (.running, 0), (.zombie, 1)], limit)
        inputs += starting(service, "ended", [(.sleeping, 0)], limit) + starting("another", "several", [(.sleeping, 5)], limit)
        inputs += starting(service, "crowd", [(.sleeping, 1), (.running, 1)], limit)
        inputs.append(AlertInput(Contract.uptime, [.service: service, .instance: "crowd"], .constant(old)))
        inputs += starting(service, "looping", [(.sleeping, 2)], limit)
        inputs.append(uptime(service, "looping", young: times))
        // Once less within the window, and once before it.
        inputs += starting(service, "deployed", [(.sleeping, 2)], limit)
        inputs.append(uptime(service, "deployed", young: [Self.restartWindow + youngest] + times.dropFirst()))
        return inputs
    }

    private func starting(
        _ service: String, _ instance: String, _ counts: [(state: ProcessState, count: Double)], _ limit: Threshold
    ) -> [AlertInput] {
        let processes = counts.map { state, count in
            AlertInput(
                ServiceProcesses.processes, [.service: service, .instance: instance, .label(.state): state.rawValue],
                .constant(count))
        }
        return [AlertInput(ServiceProcess.startTime, [.service: service, .instance: instance], .events(limit.wholeValue + 1))]
            + processes
    }

    /// The times before the first bad step at which a group that loops has started: once in the first half of the window, and as often as it
    /// takes in the other.
    private func youngTimes(_ limit: Threshold) -> [Duration] {
        let first = Self.restartWindow - youngest * 3
        let others = (1..<Int(leastYouth(limit)) + 1).reversed().map { youngest * (2 * $0) }
        return [first] + others
    }

    private func uptime(_ service: String, _ instance: String, young: [Duration]) -> AlertInput {
        let limit = youngest / .seconds(1)
        let stages = young.flatMap {
            [InputCourse.Stage(before: $0, limit * 0.9997), InputCourse.Stage(before: $0 - youngest, limit)]
        }
        return AlertInput(Contract.uptime, [.service: service, .instance: instance], .stages(limit, stages))
    }
}
