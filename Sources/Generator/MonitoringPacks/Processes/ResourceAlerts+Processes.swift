import AgentMetrics
import ApusMetrics
import ApusPromQL
import ApusTopology

/// Alerts on CPU, and how many processes each group has.
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

    /// CPU of each process, in percent of a core; of a group the mean of its processes.
    static func cpu(in fleet: Fleet) -> InstantVector<SeriesKey<NoKey>> {
        if fleet.groupedServices.isEmpty { return Contract.cpuUsage.series.value }
        let ofGroups = mean(Contract.cpuUsage)
        return fleet.reporters.isEmpty ? ofGroups : Contract.cpuUsage.series.of(fleet.reporters).value.or(ofGroups)
    }

    func processes(_ service: String, _ instance: String, _ counts: KeyValuePairs<ProcessState, Double>) -> [AlertInput] {
        counts.map { state, count in
            AlertInput(
                ServiceProcesses.processes, [.service: service, .instance: instance, .label(.state): state.rawValue],
                .constant(count))
        }
    }

    /// The inputs of the CPU of each process; empty for a fleet without groups, where they follow from the condition.
    private func cpuInputs(above limit: Threshold) -> [AlertInput] {
        guard let watched = fleet.groupedServices.first?.name else { return [] }
        func input(_ service: String, _ instance: String, _ level: Double) -> AlertInput {
            AlertInput(
                Contract.cpuUsage, [.service: service, .instance: instance], .level(quiet: level * 0.9994, bad: level * 1.0006))
        }
        return fleet.reporters.prefix(1).map { input($0.name, "one", limit.value) }
            + [input(watched, "group", limit.value / 2)]
            + processes(watched, "group", [.sleeping: 0.3, .running: 0.2, .zombie: 7])
            // Much altogether, and little each.
            + [AlertInput(Contract.cpuUsage, [.service: watched, .instance: "crowd"], .constant(limit.value * 3))]
            + processes(watched, "crowd", [.sleeping: 10])
    }

    /// A process that is stopped lives and is up, and who does not report is not missed.
    var processStopped: Alert {
        let services = fleet.groupedServices
        let stopped = ServiceProcesses.processes.series.of(services).matching(
            .label(.state), .equals, ProcessState.stopped.rawValue)
        return Alert(
            .processStopped, when: stopped.value > 0, severity: .high,
            summary: "Processes of a service are stopped.",
            description: "\(value: .decimals(0)) processes of \(.instance) of service \(.service) are stopped, and do nothing.",
            runbook: Runbook(
                meaning:
                    "A signal (SIGSTOP, SIGTSTP, SIGTTIN) or a debugger holds the processes; they live, and run nothing until SIGCONT.",
                impact: "What they have begun waits, and whoever waits for them: locks, connections, leases.",
                queries: [.init("Processes by state", ServiceProcesses.processes.series.value)],
                actions: [
                    "Find them, and whether somebody traces them: `ps -eo pid,stat,comm | awk '$2 ~ /^[Tt]/'`, `grep TracerPid /proc/PID/status`.",
                    "Have them go on: `kill -CONT PID`, or end the debugger.",
                ]),
            inputs: services.prefix(1).flatMap { service in
                [
                    AlertInput(
                        ServiceProcesses.processes,
                        [.service: service.name, .instance: "held", .label(.state): ProcessState.stopped.rawValue],
                        .level(quiet: 0, bad: 1)),
                    AlertInput(
                        ServiceProcesses.processes,
                        [.service: service.name, .instance: "busy", .label(.state): ProcessState.uninterruptible.rawValue],
                        .constant(2)),
                    // Nobody has said that it is to run.
                    AlertInput(
                        ServiceProcesses.processes,
                        [.service: "another", .instance: "one", .label(.state): ProcessState.stopped.rawValue], .constant(1)),
                ]
            })
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
            inputs: cpuInputs(above: limit))
    }
}

extension Fleet {
    /// The services that tell of one process each.
    var reporters: [FleetService] { services.filter { !$0.isWatched } }

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
