import AgentMetrics
import ApusMetrics
import ApusPromQL
import ApusTopology

/// CPU and memory. What an agent serves of a group is a sum over processes, in which a page that they share counts with each of them.
extension ResourceAlerts {
    /// The number of living processes of each group.
    static var living: InstantVector<SeriesKey<ProcessStateLabels.Key>> { living(ServiceProcesses.processes.series) }

    /// The number of living processes of each group of some services.
    static func living(of services: [FleetService]) -> InstantVector<SeriesKey<ProcessStateLabels.Key>> {
        living(ServiceProcesses.processes.series.of(services))
    }

    private static func living(
        _ processes: Series<Gauge<ProcessStateLabels>>
    ) -> InstantVector<SeriesKey<ProcessStateLabels.Key>> {
        processes.matching(.label(.state), .differs, ProcessState.zombie.rawValue).value.sum(by: .service, .instance)
    }

    /// A sum over the processes of each group, divided by their number.
    private static func mean(_ gauge: Gauge<NoLabels>) -> InstantVector<SeriesKey<NoKey>> {
        gauge.series.value.on(.service, .instance).many / (living > 0)
    }

    /// A figure of each process; of a group the first there is of what is known of it as a whole, and the mean of its processes.
    private static func figure(
        _ gauge: Gauge<NoLabels>, _ known: [InstantVector<SeriesKey<NoKey>>], in fleet: Fleet
    ) -> InstantVector<SeriesKey<NoKey>> {
        if fleet.groupedServices.isEmpty { return gauge.series.value }
        let arms = (fleet.reporters.isEmpty ? [] : [gauge.series.of(fleet.reporters).value]) + known
        return (arms + [mean(gauge)]).dropFirst().reduce(arms.first ?? mean(gauge)) { $0.or($1) }
    }

    /// CPU of each process, in percent of a core; of a group the mean of its processes.
    static func cpu(in fleet: Fleet) -> InstantVector<SeriesKey<NoKey>> {
        figure(Contract.cpuUsage, [], in: fleet)
    }

    /// Memory of each process; of a group what its control group cannot give back or, without one, the mean of its processes.
    ///
    /// Each process is at least as large as what it shares with others: where the mean is past a limit, one of them is.
    static func memory(in fleet: Fleet) -> InstantVector<SeriesKey<NoKey>> {
        figure(
            Contract.memoryUsage, fleet.controlledServices.isEmpty ? [] : [ServiceControlGroup.anonymous.series.value],
            in: fleet)
    }

    private func processes(_ service: String, _ instance: String, _ counts: KeyValuePairs<ProcessState, Double>) -> [AlertInput]
    {
        counts.map { state, count in
            AlertInput(
                ServiceProcesses.processes, [.service: service, .instance: instance, .label(.state): state.rawValue],
                .constant(count))
        }
    }

    /// The inputs of a figure of each process; empty for a fleet without groups, where they follow from the condition.
    private func perProcessInputs(_ gauge: Gauge<NoLabels>, above limit: Threshold) -> [AlertInput] {
        guard let watched = fleet.groupedServices.first?.name else { return [] }
        func input(_ service: String, _ instance: String, _ level: Double) -> AlertInput {
            AlertInput(
                gauge, [.service: service, .instance: instance], .level(quiet: level * 0.9994, bad: level * 1.0006))
        }
        return fleet.reporters.prefix(1).map { input($0.name, "one", limit.value) }
            + [input(watched, "group", limit.value / 2)]
            + processes(watched, "group", [.sleeping: 0.3, .running: 0.2, .zombie: 7])
            // Much altogether, and little each.
            + [AlertInput(gauge, [.service: watched, .instance: "crowd"], .constant(limit.value * 3))]
            + processes(watched, "crowd", [.sleeping: 10])
    }

    var highCPU: Alert {
        let limit = limits[Threshold.cpuPercent]
        let ofGroups = fleet.groupedServices.isEmpty ? "" : ", the mean of its processes where it has several"
        return Alert(
            .highCPU, when: Self.cpu(in: fleet), above: limit,
            summary: "A process uses much CPU.",
            description: """
                \(.instance) of service \(.service) uses \(value: .decimals(1)) % of a core\(text: ofGroups); \
                the limit is \(limit).
                """,
            runbook: Runbook(
                meaning: """
                    The process has used more of a core than `Thresholds.cpuPercent` for longer than alerts hold\(ofGroups)\
                    \(fleet.groupedServices.isEmpty ? "" : ": that one of many is busy does not show").
                    """,
                impact: "Requests and other work slow down when the host has no cores left.",
                queries: [Runbook.Query("CPU by mode", ServiceProcess.cpu.series.rate(over: fleet.rateWindow))]
                    + fleet.executorQueries
                    + (fleet.groupedServices.isEmpty ? [] : [Runbook.Query("Living processes of groups", Self.living)]),
                actions: [
                    "See what it does: `perf top -p PID`.",
                    "Compare with the load: has the rate of requests risen too? Then add instances.",
                ]
                    + (fleet.groupedServices.isEmpty
                        ? []
                        : [
                            "To hear of one busy process among many, make its kind a service of its own, whose `found:` matches its command."
                        ])),
            inputs: perProcessInputs(Contract.cpuUsage, above: limit))
    }

    var highMemory: Alert {
        let limit = limits[Threshold.memory]
        let ofControlGroups = "what its control group cannot give back, or "
        let ofGroups =
            fleet.groupedServices.isEmpty
            ? "" : " (of a group \(fleet.controlledServices.isEmpty ? "" : ofControlGroups)the mean of its processes)"
        let heap = fleet.heapServices.isEmpty ? [] : [Runbook.Query("Heap in use", ServiceProcess.heap.series.value)]
        let ofHeap =
            fleet.heapServices.isEmpty ? [] : ["If the heap grows too, it is the program's: see the runbook of HeapGrowth."]
        return Alert(
            .highMemory, when: Self.memory(in: fleet), above: limit,
            summary: "A process uses much memory.",
            description: """
                \(.instance) of service \(.service) has \(value: .bytes)B resident\(text: ofGroups); the limit is \(limit).
                """,
            runbook: Runbook(
                meaning: "The process has more resident memory\(ofGroups) than `Thresholds.memory`.",
                impact: "At twice as much, or at the service's own limit, the kernel ends the process.",
                queries: heap + [
                    Runbook.Query("Largest resident memory lately", ServiceProcess.peakResidentMemory.series.value)
                ],
                actions: ofHeap + [
                    "If only the resident memory grows, the allocator keeps freed pages: a restart gives them back."
                ]),
            inputs: highMemoryInputs(limit))
    }

    private func highMemoryInputs(_ limit: Threshold) -> [AlertInput] {
        let own = perProcessInputs(Contract.memoryUsage, above: limit)
        guard let controlled = fleet.controlledServices.first?.name else { return own }
        // A group whose processes map files, or share most of what they have.
        return own + [
            AlertInput(
                ServiceControlGroup.anonymous, [.service: controlled, .instance: "forks"],
                .level(quiet: limit.value, bad: limit.value * 1.0006)),
            AlertInput(
                ServiceControlGroup.anonymous, [.service: controlled, .instance: "maps"], .constant(limit.value / 2)),
            AlertInput(Contract.memoryUsage, [.service: controlled, .instance: "maps"], .constant(limit.value * 3)),
        ] + processes(controlled, "maps", [.sleeping: 1])
    }

    // MARK: - Limits of memory

    /// The kernel ends a process at its limit, which is that of a whole control group.
    ///
    /// A group is asked for what its control group cannot give back: the page cache counts there as well, and fills the rest as it should.
    ///
    /// A fleet of which no limit is known has no such alert.
    var memoryNearLimit: [Alert] {
        let share = limits[Threshold.memoryUse]
        let arms = [resident(fleet.reporters, share), residentAlone(share), ofControlGroups(share)].compactMap(\.self)
        return arms.first.map { [memoryNearLimit(arms.dropFirst().reduce($0) { $0.or($1) }, share)] } ?? []
    }

    private func memoryNearLimit(_ condition: InstantVector<SeriesKey<NoKey>>, _ share: Threshold) -> Alert {
        let asksControlGroups = !fleet.controlledServices.isEmpty
        return Alert(
            .memoryNearLimit, when: condition, threshold: share,
            summary: "A service is about to be ended for its memory.",
            description:
                "\(.instance) of service \(.service) has \(value: .percentage) of the memory at which the kernel ends it.",
            runbook: Runbook(
                meaning: """
                    Resident memory is near `ResourceLimits.memory` of the service (twice `Thresholds.memory` unless declared)\
                    \(asksControlGroups ? "; of a control group, the memory that no file is behind is near `memory.max`" : "").
                    """,
                impact: "The kernel kills the process at the limit; what it had in hand is done again.",
                queries: [Runbook.Query("Resident memory", ServiceProcess.residentMemory.series.value)]
                    + (asksControlGroups
                        ? [
                            Runbook.Query(
                                "Memory of control groups that no file is behind", ServiceControlGroup.anonymous.series.value),
                            Runbook.Query("Limits of control groups", ServiceControlGroup.memoryMax.series.value),
                        ] : []),
                actions: [
                    "Restart it now, at a time of your choice: `systemctl restart apus-SERVICE@INSTANCE`.",
                    fleet.heapServices.isEmpty
                        ? "Then find what grew." : "Then find what grew: see the runbook of HeapGrowth.",
                ]),
            inputs: memoryInputs(share))
    }

    private func memoryLimit(_ service: FleetService) -> Double { Double(fleet.memoryLimit(service.limits).bytes) }

    private func resident(_ services: [FleetService], _ share: Threshold) -> InstantVector<SeriesKey<NoKey>>? {
        let arms = services.map { service in
            ServiceProcess.residentMemory.series.matching(.service, service.name).value / memoryLimit(service) > share.value
        }
        return arms.first.map { arms.dropFirst().reduce($0) { $0.or($1) } }
    }

    /// Groups whose limit is known, as the fleet or its author has set it.
    private var limitedGroups: [FleetService] {
        fleet.groupedServices.filter { $0.isStarted || $0.limits.memory != nil }
    }

    /// Groups of one living process, whose memory is the group's; where the control group has a limit, that is asked.
    private func residentAlone(_ share: Threshold) -> InstantVector<SeriesKey<NoKey>>? {
        guard let alone = resident(limitedGroups, share)?.and(Self.living == 1, on: .service, .instance) else { return nil }
        return fleet.controlledServices.isEmpty
            ? alone : alone.unless(ServiceControlGroup.memoryMax.series.value > 0, on: .service, .instance)
    }

    private func ofControlGroups(_ share: Threshold) -> InstantVector<SeriesKey<NoKey>>? {
        fleet.controlledServices.isEmpty
            ? nil
            : ServiceControlGroup.anonymous.series.value / (ServiceControlGroup.memoryMax.series.value > 0) > share.value
    }

    private func memoryInputs(_ share: Threshold) -> [AlertInput] {
        func resident(_ service: String, _ instance: String, _ course: InputCourse) -> AlertInput {
            AlertInput(ServiceProcess.residentMemory, [.service: service, .instance: instance], course)
        }
        let crossing = (fleet.reporters + limitedGroups).map { service in
            let whole = memoryLimit(service) * share.value
            return resident(service.name, "one", .level(quiet: whole * 0.9994, bad: whole * 1.0006))
        }
        let others =
            [resident("another", "two", .constant(1e15))] + processes("another", "two", [.sleeping: 1])
            + limitedGroups.flatMap { processes($0.name, "one", [.sleeping: 1, .running: 0, .zombie: 1]) }
        return crossing + others + groupInputs(resident) + controlGroupInputs(resident, share)
    }

    /// A sum over several processes, and what is left of one that has ended.
    private func groupInputs(_ resident: (String, String, InputCourse) -> AlertInput) -> [AlertInput] {
        limitedGroups.prefix(1).map(\.name).flatMap { service in
            [resident(service, "crowd", .constant(1e15)), resident(service, "ended", .constant(1e15))]
                + processes(service, "crowd", [.sleeping: 1, .running: 1, .zombie: 1])
                + processes(service, "ended", [.sleeping: 0, .zombie: 1])
        }
    }

    /// A group that forks, one whose process maps files into its memory, and such whose control group has no limit.
    private func controlGroupInputs(
        _ resident: (String, String, InputCourse) -> AlertInput, _ share: Threshold
    ) -> [AlertInput] {
        guard let service = fleet.controlledServices.first?.name else { return [] }
        return AlertInput.share(
            of: ServiceControlGroup.anonymous, in: ServiceControlGroup.memoryMax,
            [.service: service, .instance: "forks"], above: share)
            + limitedGroups.prefix(1).flatMap { limited -> [AlertInput] in
                let service = limited.name
                let whole = memoryLimit(limited) * share.value
                let near = InputCourse.level(quiet: whole * 0.9994, bad: whole * 1.0006)
                return [
                    resident(service, "boundless", near), resident(service, "unlimited", near),
                    AlertInput(ServiceControlGroup.anonymous, [.service: service, .instance: "boundless"], .constant(0.1)),
                    AlertInput(ServiceControlGroup.memoryMax, [.service: service, .instance: "unlimited"], .constant(0)),
                    resident(service, "maps", .constant(1e15)),
                    AlertInput(ServiceControlGroup.anonymous, [.service: service, .instance: "maps"], .constant(0.1)),
                    AlertInput(ServiceControlGroup.memoryMax, [.service: service, .instance: "maps"], .constant(0.5)),
                ] + ["maps", "boundless", "unlimited"].flatMap { processes(service, $0, [.sleeping: 1]) }
            }
    }
}

extension Fleet {
    /// The services that tell of one process each.
    fileprivate var reporters: [FleetService] { services.filter { !$0.isWatched } }

    /// The services of whose groups an agent serves the memory as their control groups have it: where nothing but a unit or a control
    /// group says which processes are theirs.
    var controlledServices: [FleetService] {
        isUnderSystemd && !isInCluster ? groupedServices.filter(\.isOfControlGroups) : []
    }

    /// How late executors are, where somebody says it.
    var executorQueries: [Runbook.Query] {
        reportsBySegment
            ? [Runbook.Query("How late executors run what they are given", Scheduling.longestLag.series.value)] : []
    }
}

extension FleetService {
    /// Whether systemd's units or control groups say which processes are the service's.
    var isOfControlGroups: Bool {
        guard let found else { return isStarted }
        return found.matches.allSatisfy {
            $0.executable == nil && $0.command == nil && $0.user == nil && $0.pidFile == nil
        }
    }
}
