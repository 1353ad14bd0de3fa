import AgentMetrics
import ApusMetrics
import ApusPromQL
import ApusText
import ApusTopology

/// Services that end soon after their start, again and again.
///
/// The start of a group is that of its oldest process. In one unit, that is the master. Elsewhere nothing says that there is one: of workers
/// that are ended in turn, of connections and of jobs, the oldest is another one whenever it ends. There, a group has started where the
/// look before saw none of its processes: where the oldest one is younger than the time between two looks.
///
/// What no topology names may have done its work when it ends: where it was gone in between, as jobs and connections are, its starts do not
/// count. systemd's own count of restarts tells a service that crashes from those (``HostUnitAlerts``).
extension InstanceAlerts {
    /// The window in which ``Threshold/restarts`` counts starts.
    static let restartWindow = Duration.seconds(900)

    /// How often each service has started within ``restartWindow``, up to now; 0 of a group that has not.
    var starts: InstantVector<SeriesKey<NoKey>> {
        let groups = startsOfGroups.or(ServiceProcess.startTime.series.notOf(masters).value * 0)
        return masters.isEmpty ? groups : startsOfMasters.or(groups)
    }

    var tooManyRestarts: Alert {
        let limit = fleet.thresholds[Threshold.restarts]
        let groups = (startsOfGroups > limit.value).unless(goneBetween, on: .service, .instance)
        return Alert(
            .tooManyRestarts, when: masters.isEmpty ? groups : (startsOfMasters > limit.value).or(groups), threshold: limit,
            summary: "A process starts again and again.",
            description: """
                \(.instance) of service \(.service) has started \(value: .decimals(0)) times within \
                \(text: DurationText.string(Self.restartWindow)); \
                the limit is \(limit).
                """,
            runbook: Runbook(
                meaning: """
                    The process ends soon after its start, and something starts it again each time. Of processes that no single unit \
                    makes a group, a start counts when all of them are new. Groups that the topology does not name count only if they \
                    were never gone in between, as jobs and connections are.
                    """,
                impact: "What it had in hand is done again, and each start costs time in which it serves nobody.",
                queries: [
                    .init("Uptime", Contract.uptime.series.value),
                    .init("Resident memory, to see whether it grew before the end", ServiceProcess.residentMemory.series.value),
                ],
                actions: [
                    "Read why it ended: `journalctl -u apus-SERVICE@INSTANCE -n 200`.",
                    "Look for kills by the kernel: `journalctl -k | grep -i oom`.",
                    "If it began with a release, take the release back.",
                    "If it is to end soon, as a job does, capture its name (`named:`) instead of declaring an instance.",
                ]),
            inputs: inputs(above: limit))
    }

    // MARK: - Condition

    /// The services that are expected, and in whose groups no unit says that there is a master.
    private var crowds: [FleetService] {
        let names = Set(expected.map(\.name))
        return fleet.groupedServices.filter { names.contains($0.name) && !$0.isOfOneUnit }
    }

    /// The services of which each instance has a master: those that tell of one process, and groups of a single unit.
    private var masters: [FleetService] {
        let names = Set(crowds.map(\.name))
        return expected.filter { !names.contains($0.name) }
    }

    private var startsOfMasters: InstantVector<SeriesKey<NoKey>> {
        ServiceProcess.startTime.series.of(masters).samples(over: .fixed(Self.restartWindow)).changes
    }

    /// The time between two looks, a multiple of that between two scrapes: what is younger has started since the last look.
    ///
    /// A window has so few of them that a scrape each second costs no more than one every five.
    private var look: Duration {
        let interval = fleet.scraping.interval
        return interval * Int((.seconds(5) / interval).rounded(.up))
    }

    /// The starts by which none of the processes was left that the look before had seen: each has a time of its own, and counts once
    /// however often it is looked at.
    private var startsOfGroups: InstantVector<SeriesKey<NoKey>> {
        let young = Contract.uptime.series.value < look / .seconds(1)
        let started = ServiceProcess.startTime.series.notOf(masters).value.and(young, on: .service, .instance)
        return started.samples(over: .fixed(Self.restartWindow), every: look).changes + 1
    }

    /// What was gone without being missed: nobody has said that it has to be there.
    private var goneBetween: InstantVector<SeriesKey<NoKey>> {
        ServiceState.up.series.notOf(crowds).samples(over: .fixed(Self.restartWindow)).minimum == 0
    }

    // MARK: - Inputs

    private func inputs(above limit: Threshold) -> [AlertInput] {
        let course = GroupCourse(fleet, limit, look: look)
        let age = look / .seconds(1)
        var inputs: [AlertInput] = []
        if let master = masters.first?.name {
            inputs += [
                AlertInput(ServiceProcess.startTime, [.service: master, .instance: "one"], .events(limit.wholeValue + 1)),
                // It may be gone between its starts.
                up(master, "one", [(course.gone, 0)]),
                // Its first start is none of those that count.
                AlertInput(ServiceProcess.startTime, [.service: master, .instance: "two"], .events(limit.wholeValue)),
                AlertInput(Contract.uptime, [.service: master, .instance: "two"], .constant(age * 0.9997)),
            ]
        }
        if let crowd = crowds.first?.name {
            inputs += group(crowd, "declared", course.loop, course.young) + [up(crowd, "declared", [(course.gone, 0)])]
        }
        inputs += group("another", "looping", course.loop, course.young)
        // It was gone before all of them.
        inputs.append(up("another", "looping", [(Self.restartWindow + course.pause, 0), (Self.restartWindow, 1)]))
        inputs += group("another", "job", course.loop, course.young)
        inputs.append(up("another", "job", [(course.gone, 0), (course.gone - course.pause, 1)]))
        // The oldest ends again and again, and others are left.
        inputs += group("another", "turns", course.loop, [])
        inputs += group("another", "long-turns", course.loop, [InputCourse.Stage(before: course.gone, age * 2)])
        // Once less within the window, and once before it.
        inputs += group("another", "deployed", course.deployments, course.youngOfDeployments)
        return inputs
    }

    private func group(
        _ service: String, _ instance: String, _ starts: [InputCourse.Stage], _ ages: [InputCourse.Stage]
    ) -> [AlertInput] {
        [
            AlertInput(ServiceProcess.startTime, [.service: service, .instance: instance], .stages(1000, starts)),
            AlertInput(Contract.uptime, [.service: service, .instance: instance], .stages(look / .seconds(1), ages)),
        ]
    }

    private func up(_ service: String, _ instance: String, _ stages: [(before: Duration, value: Double)]) -> AlertInput {
        AlertInput(
            ServiceState.up, [.service: service, .instance: instance],
            .stages(1, stages.map { InputCourse.Stage(before: $0.before, $0.value) }))
    }
}

/// How a group goes through the test of its alert: one start in the first half of the window, and the others at its end.
private struct GroupCourse {
    /// The least time between two starts, so that each is seen.
    let pause: Duration
    private let look: Duration
    private let first: Duration
    private let others: [Duration]

    init(_ fleet: Fleet, _ limit: Threshold, look: Duration) {
        let step = fleet.scraping.evaluationInterval
        self.look = look
        // A whole look has one of the times at which the condition looks; of steps that do not divide it, two looks have.
        pause = look.isMultiple(of: step) ? look : max(look, step) * 2
        let pause = pause
        others = (0..<limit.wholeValue).reversed().map { pause * $0 }
        // It is in the window until the alert has fired.
        first = max(InstanceAlerts.restartWindow - fleet.alerting.hold - step * 2 - pause, pause * limit.wholeValue)
    }

    /// When a job had ended.
    var gone: Duration { first }

    var loop: [InputCourse.Stage] { starts(first) }
    var young: [InputCourse.Stage] { ages(first) }
    /// Nothing of the first start is left when the window begins.
    private var before: Duration { InstanceAlerts.restartWindow + pause }
    var deployments: [InputCourse.Stage] { starts(before) }
    var youngOfDeployments: [InputCourse.Stage] { ages(before) }

    private func starts(_ first: Duration) -> [InputCourse.Stage] {
        ([first] + others).enumerated().map { InputCourse.Stage(before: $1, Double(2000 + 1000 * $0)) }
    }

    private func ages(_ first: Duration) -> [InputCourse.Stage] {
        let age = look / .seconds(1)
        return [
            InputCourse.Stage(before: first, age * 0.9997), InputCourse.Stage(before: first - pause, age),
            InputCourse.Stage(before: others[0], age * 0.9997),
        ]
    }
}

extension Duration {
    fileprivate func isMultiple(of step: Self) -> Bool {
        let steps = self / step
        return steps == steps.rounded()
    }
}

extension FleetService {
    /// Whether one unit or container has all processes of an instance, and so a main one: whoever starts the fleet starts one for each.
    fileprivate var isOfOneUnit: Bool {
        guard let found else { return isStarted }
        guard isOfControlGroups, found.matches.count == 1, let match = found.matches.first else { return false }
        return [match.unit, match.controlGroup].allSatisfy { $0?.mayBeOfSeveral != true }
    }
}

extension ProcessText {
    /// Whether a unit or control group of this name may be one of several: a glob, or a slice, which has others in it.
    fileprivate var mayBeOfSeveral: Bool {
        let literals = parts.map { if case .text(let text) = $0 { text } else { "" } }.joined()
        return literals.contains { "*?[".contains($0) } || literals.hasSuffix(".slice")
    }
}
