import AgentMetrics
import ApusMetrics
import ApusPromQL
import ApusTopology

/// Alerts on the memory of processes and control groups.
///
/// What an agent serves of a group is a sum over processes, in which a page that they share counts with each of them: what its
/// control group has counts it once, and its largest process is no larger than the group.
extension ResourceAlerts {
    /// Memory of each process; of a group what its control group cannot drop or, without one, its largest process.
    static func memory(in fleet: Fleet) -> InstantVector<SeriesKey<NoKey>> {
        if fleet.groupedServices.isEmpty { return Contract.memoryUsage.series.value }
        let reported = fleet.reporters.isEmpty ? [] : [Contract.memoryUsage.series.of(fleet.reporters).value]
        let controlled = fleet.controlledServices.isEmpty ? [] : [ServiceControlGroup.unreclaimable.series.value]
        let arms = reported + controlled
        let largest = ServiceProcesses.largestMemory.series.value
        return arms.first.map { arms.dropFirst().reduce($0) { $0.or($1) }.or(largest) } ?? largest
    }

    var highMemory: Alert {
        let limit = limits[Threshold.memory]
        let ofControlGroups = "what its control group cannot drop, or without one "
        let ofGroups =
            fleet.groupedServices.isEmpty
            ? "" : " (of a group \(fleet.controlledServices.isEmpty ? "" : ofControlGroups)its largest process)"
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
                ] + sharedQueries,
                actions: ofHeap + [
                    "If only the resident memory grows, the allocator keeps freed pages: a restart gives them back."
                ] + sharedActions),
            inputs: highMemoryInputs(limit))
    }

    /// Empty for a fleet without groups, where they follow from the condition.
    private func highMemoryInputs(_ limit: Threshold) -> [AlertInput] {
        guard let watched = fleet.groupedServices.first?.name else { return [] }
        let crossing = InputCourse.level(quiet: limit.value, bad: limit.value * 1.0006)
        func figure(_ gauge: Gauge<NoLabels>, _ service: String, _ instance: String, _ course: InputCourse) -> AlertInput {
            AlertInput(gauge, [.service: service, .instance: instance], course)
        }
        return fleet.reporters.prefix(1).map { figure(Contract.memoryUsage, $0.name, "one", crossing) }
            + [
                // Much altogether, and what the largest has counts.
                figure(ServiceProcesses.largestMemory, watched, "group", crossing),
                figure(Contract.memoryUsage, watched, "group", .constant(limit.value * 3)),
            ]
            + fleet.controlledServices.prefix(1).map(\.name).flatMap { controlled in
                [
                    figure(ServiceControlGroup.unreclaimable, controlled, "forks", crossing),
                    // Its process maps files.
                    figure(ServiceControlGroup.unreclaimable, controlled, "maps", .constant(limit.value / 2)),
                    figure(ServiceProcesses.largestMemory, controlled, "maps", .constant(limit.value * 3)),
                ]
            }
    }

    private var sharedQueries: [Runbook.Query] {
        fleet.controlledServices.isEmpty
            ? [] : [Runbook.Query("Shared memory and tmpfs of control groups", ServiceControlGroup.sharedMemory.series.value)]
    }

    private var sharedActions: [String] {
        fleet.controlledServices.isEmpty
            ? [] : ["If it is shared memory or tmpfs, see what lies there: `df -t tmpfs`, `ls -l /dev/shm`, `ipcs -m`."]
    }

    // MARK: - Limits of memory

    /// The kernel ends a process at its limit, which is that of a whole control group.
    ///
    /// A control group is asked for what it cannot drop: page cache counts there as well, and fills the rest as it should. Shared memory and
    /// tmpfs count as page cache to the kernel, and cannot be dropped.
    ///
    /// A fleet of which no limit is known has no such alert.
    var memoryNearLimit: [Alert] {
        let share = limits[Threshold.memoryUse]
        let arms = [reported(share), largest(share), ofControlGroups(share)].compactMap(\.self)
        return arms.first.map { [memoryNearLimit(arms.dropFirst().reduce($0) { $0.or($1) }, share)] } ?? []
    }

    /// The services whose control groups are asked, those that report one process each among them.
    private var asked: [FleetService] { fleet.controlledServices + (fleet.isUnderSystemd ? fleet.reporters : []) }

    private func memoryNearLimit(_ condition: InstantVector<SeriesKey<NoKey>>, _ share: Threshold) -> Alert {
        let ofGroups = limitedGroups.isEmpty ? "" : " (of a group its largest process's)"
        let ofControlGroups = asked.isEmpty ? "" : "; of a control group, the memory that it cannot drop is near `memory.max`"
        return Alert(
            .memoryNearLimit, when: condition, threshold: share,
            summary: "A service is about to be ended for its memory.",
            description:
                "\(.instance) of service \(.service) has \(value: .percentage) of the memory at which the kernel ends it.",
            runbook: Runbook(
                meaning: """
                    Resident memory\(ofGroups) is near `ResourceLimits.memory` of the service (twice `Thresholds.memory` unless \
                    declared)\(ofControlGroups).
                    """,
                impact: "The kernel kills the process at the limit; what it had in hand is done again.",
                queries: [Runbook.Query("Resident memory", ServiceProcess.residentMemory.series.value)]
                    + (asked.isEmpty
                        ? []
                        : [
                            Runbook.Query(
                                "Memory that control groups cannot drop", ServiceControlGroup.unreclaimable.series.value),
                            Runbook.Query("Limits of control groups", ServiceControlGroup.memoryMax.series.value),
                        ]) + sharedQueries,
                actions: [
                    "Restart it now, at a time of your choice: `systemctl restart apus-SERVICE@INSTANCE`.",
                    fleet.heapServices.isEmpty
                        ? "Then find what grew." : "Then find what grew: see the runbook of HeapGrowth.",
                ] + sharedActions),
            inputs: memoryInputs(share))
    }

    private func memoryLimit(_ service: FleetService) -> Double { Double(fleet.memoryLimit(service.limits).bytes) }

    /// A figure of each service as a share of its limit, where that is above the threshold.
    private func nearLimit(
        _ gauge: Gauge<NoLabels>, of services: [FleetService], _ share: Threshold
    ) -> InstantVector<SeriesKey<NoKey>>? {
        let arms = services.map { service in
            gauge.series.matching(.service, service.name).value / memoryLimit(service) > share.value
        }
        return arms.first.map { arms.dropFirst().reduce($0) { $0.or($1) } }
    }

    private func reported(_ share: Threshold) -> InstantVector<SeriesKey<NoKey>>? {
        nearLimit(ServiceProcess.residentMemory, of: fleet.reporters, share)
    }

    /// Groups whose limit is known, as the fleet or its author has set it.
    private var limitedGroups: [FleetService] {
        fleet.groupedServices.filter { $0.isStarted || $0.limits.memory != nil }
    }

    /// Groups whose largest process alone comes near; where the control group has a limit, that is asked.
    private func largest(_ share: Threshold) -> InstantVector<SeriesKey<NoKey>>? {
        guard let largest = nearLimit(ServiceProcesses.largestMemory, of: limitedGroups, share) else { return nil }
        return asked.isEmpty
            ? largest : largest.unless(ServiceControlGroup.memoryMax.series.value > 0, on: .service, .instance)
    }

    private func ofControlGroups(_ share: Threshold) -> InstantVector<SeriesKey<NoKey>>? {
        asked.isEmpty
            ? nil
            : ServiceControlGroup.unreclaimable.series.value / (ServiceControlGroup.memoryMax.series.value > 0) > share.value
    }

    private func memoryInputs(_ share: Threshold) -> [AlertInput] {
        func figure(_ gauge: Gauge<NoLabels>, _ service: String, _ instance: String, _ course: InputCourse) -> AlertInput {
            AlertInput(gauge, [.service: service, .instance: instance], course)
        }
        func near(_ service: FleetService) -> InputCourse {
            let whole = memoryLimit(service) * share.value
            return .level(quiet: whole * 0.9994, bad: whole * 1.0006)
        }
        let crossing =
            fleet.reporters.map { figure(ServiceProcess.residentMemory, $0.name, "one", near($0)) }
            + limitedGroups.map { figure(ServiceProcesses.largestMemory, $0.name, "one", near($0)) }
        let others = [
            figure(ServiceProcess.residentMemory, "another", "two", .constant(1e15)),
            figure(ServiceProcesses.largestMemory, "another", "two", .constant(1e15)),
        ]
        // A sum over processes, of which none is large.
        let crowd = limitedGroups.prefix(1).flatMap {
            [
                figure(ServiceProcess.residentMemory, $0.name, "crowd", .constant(1e15)),
                figure(ServiceProcesses.largestMemory, $0.name, "crowd", .constant(1)),
            ]
        }
        return crossing + others + crowd + controlGroupInputs(near, share)
    }

    /// A group that forks, one whose process maps files into its memory, and such whose control group has no limit.
    private func controlGroupInputs(_ near: (FleetService) -> InputCourse, _ share: Threshold) -> [AlertInput] {
        guard let service = asked.first?.name else { return [] }
        func figure(_ gauge: Gauge<NoLabels>, _ service: String, _ instance: String, _ course: InputCourse) -> AlertInput {
            AlertInput(gauge, [.service: service, .instance: instance], course)
        }
        return AlertInput.share(
            of: ServiceControlGroup.unreclaimable, in: ServiceControlGroup.memoryMax,
            [.service: service, .instance: "forks"], above: share)
            + limitedGroups.prefix(1).flatMap { limited -> [AlertInput] in
                let service = limited.name
                return [
                    figure(ServiceProcesses.largestMemory, service, "boundless", near(limited)),
                    figure(ServiceControlGroup.unreclaimable, service, "boundless", .constant(0.1)),
                    figure(ServiceProcesses.largestMemory, service, "unlimited", near(limited)),
                    figure(ServiceControlGroup.memoryMax, service, "unlimited", .constant(0)),
                    figure(ServiceProcesses.largestMemory, service, "maps", .constant(1e15)),
                    figure(ServiceControlGroup.unreclaimable, service, "maps", .constant(0.1)),
                    figure(ServiceControlGroup.memoryMax, service, "maps", .constant(0.5)),
                ]
            }
    }
}
