import AgentMetrics
import ApusMetrics
import ApusPromQL
public import ApusTopology

extension Threshold {
    /// The share of a host's memory that programs could still have, from 0 to 1.
    ///
    /// Below a twentieth the kernel gives up the pages of running programs, and reads them again from the disk.
    public static let availableMemory = ThresholdKey.ratio("availableMemory", 0.05, .high, "memory available")
    /// The number of threads that run or wait on a host, for each of its processors.
    ///
    /// With two on each, every thread gets half of the time that it would take, over a quarter of an hour.
    public static let load = ThresholdKey.count("load", 2, .low, "load of a processor")
}

/// The hosts, as agents see them: of fleets without node_exporter, which sees more.
struct AgentHostAlerts {
    let fleet: Fleet

    var all: [Alert] { fleet.agentsWatchHosts ? [memoryPressure, memoryLow, overloaded] : [] }

    private var window: RateWindow { fleet.rateWindow }

    static func pressure(_ resource: PressureResource) -> Series<Counter<PressureLabels>> {
        Host.waiting.series.matching(.label(.resource), resource.rawValue)
    }

    static var availableShare: InstantVector<SeriesKey<NoKey>> {
        Host.memoryAvailable.series.value / (Host.memoryTotal.series.value > 0)
    }

    static var loadPerProcessor: InstantVector<SeriesKey<NoKey>> {
        Host.load15.series.value / (Host.processors.series.value > 0)
    }

    var memoryPressure: Alert {
        let limit = fleet.thresholds[Threshold.memoryPressure]
        func waiting(_ resource: PressureResource, _ course: InputCourse) -> AlertInput {
            AlertInput(
                Host.waiting, [.job: Agents.job, .service: "s", .instance: "a", .label(.resource): resource.rawValue], course)
        }
        return Alert(
            "MemoryPressure", when: Self.pressure(.memory).rate(over: window), above: limit,
            summary: "Processes of a host wait for memory.",
            description: """
                On the host of the agent \(.instance), some thread waited for memory in \(value: .percentage) of the time; \
                the limit is \(limit).
                """,
            runbook: Runbook(
                meaning:
                    "The kernel reclaims memory while threads wait (PSI), more than `Thresholds.memoryPressure` of the time.",
                impact: "Everything on the host slows down; kills for want of memory are near.",
                queries: [
                    .init("Available memory", Host.memoryAvailable.series.value),
                    .init("Resident memory of services", ServiceProcess.residentMemory.series.value),
                ],
                actions: ["See what takes it: `systemd-cgtop -m`.", "Move something to another host, or add memory."]),
            inputs: [
                waiting(.memory, .growth(quiet: limit.value * 0.9994, bad: limit.value * 1.0006)),
                waiting(.io, .growth(quiet: limit.value * 2, bad: limit.value * 2)),
            ])
    }

    var memoryLow: Alert {
        let limit = fleet.thresholds[Threshold.availableMemory]
        let labels: KeyValuePairs<SeriesKey<NoKey>, String> = [.job: Agents.job, .service: "s", .instance: "a"]
        return Alert(
            "HostMemoryLow", when: Self.availableShare, below: limit, summary: "A host has hardly any memory left.",
            description:
                "\(value: .percentage) of the memory of the host of the agent \(.instance) is available; the limit is \(limit).",
            runbook: Runbook(
                meaning: "Less memory than `Thresholds.availableMemory` could be had without swapping.",
                impact: "Programs are read from the disk again and again, and soon the kernel kills some.",
                queries: [
                    .init("Resident memory of services", ServiceProcess.residentMemory.series.value),
                    .init("Free swap", Host.swapFree.series.value),
                ],
                actions: [
                    "See what takes it: `systemd-cgtop -m`, `ps --sort=-rss -eo rss,args | head`.",
                    "Restart what has grown without need; else move something to another host, or add memory.",
                ]),
            inputs: [
                AlertInput(Host.memoryAvailable, labels, .level(quiet: limit.value / 2, bad: limit.value / 2 * 0.9994)),
                AlertInput(Host.memoryTotal, labels, .constant(0.5)),
            ])
    }

    var overloaded: Alert {
        let limit = fleet.thresholds[Threshold.load]
        return Alert(
            "HostOverloaded", when: Self.loadPerProcessor, above: limit, summary: "A host has more to do than it can.",
            description: """
                \(value: .decimals(1)) threads for each processor of the host of the agent \(.instance) run or wait, over a quarter of an \
                hour; the limit is \(limit).
                """,
            runbook: Runbook(
                meaning: "More threads than `Thresholds.load` for each processor run, wait for one, or wait for storage.",
                impact: "All that runs on the host takes longer.",
                queries: [
                    .init("CPU of services", Contract.cpuUsage.series.value),
                    .init("Threads that wait for storage", Host.blocked.series.value),
                    .init("Time in which some thread waited, by resource", Host.waiting.series.rate(over: window)),
                ],
                actions: [
                    "See who runs: `systemd-cgtop`, `top`.",
                    "If threads wait for storage, see who writes: `iotop`; a disk may be failing: `journalctl -k -p warning`.",
                ]),
            inputs: AlertInput.share(
                of: Host.load15, in: Host.processors, [.job: Agents.job, .service: "s", .instance: "a"], above: limit))
    }
}

extension Fleet {
    /// Whether what is known of the hosts is what the agents say: one on each host that systemd runs, and no node_exporter.
    package var agentsWatchHosts: Bool {
        hostMonitoring == nil && agents.placement == .perHost && isUnderSystemd && !isInCluster
    }
}
