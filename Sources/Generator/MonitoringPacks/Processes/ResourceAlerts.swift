import AgentMetrics
import ApusMetrics
import ApusPromQL
public import ApusTopology

extension Threshold {
    /// The share of the memory at which the kernel ends a process, from 0 to 1.
    public static let memoryUse = ThresholdKey.ratio("memoryUse", 0.9, .critical, "memory used of a process's limit")
    /// The growth of one process's heap within an hour.
    public static let heapGrowth = ThresholdKey.bytes("heapGrowth", .mebibytes(64), .medium, "heap growth in an hour")
    /// The share of a process's file descriptors that are open, from 0 to 1.
    public static let descriptorUse = ThresholdKey.ratio("descriptorUse", 0.9, .high, "file descriptors in use")
    /// The share of connections in use among those that an instance's pools may open, from 0 to 1.
    public static let poolUse = ThresholdKey.ratio("poolUse", 0.9, .high, "pool in use")
    /// The 95th percentile of the time that callers wait for a connection of a pool.
    public static let poolWait = ThresholdKey.duration(
        "poolWait", .milliseconds(100), .medium, "wait for a pool, p95", quantileOf: ConnectionPool.waitTime.family)
    /// The share of the connections that may wait for one listening socket which do, from 0 to 1.
    ///
    /// Past the whole the kernel turns connections away; a fifth is room for a burst that comes between two looks.
    public static let listenQueue = ThresholdKey.ratio("listenQueue", 0.8, .high, "queue of connections")
    /// How late a loop that runs everything in its process may run what it is given.
    public static let eventLoopLag = ThresholdKey.duration("eventLoopLag", .milliseconds(250), .medium, "lag of an event loop")
}

extension AlertName {
    static let highCPU = ofSomeFleets("HighCPU")
    static let highMemory = ofSomeFleets("HighMemory")
    static let memoryNearLimit = ofSomeFleets("MemoryNearLimit")
    static let heapGrowth = ofSomeFleets("HeapGrowth")
    static let eventLoopLag = ofSomeFleets("EventLoopLag")
    static let listenQueueFull = ofSomeFleets("ListenQueueFull")
    static let fewDescriptorsLeft = ofSomeFleets("FewDescriptorsLeft")
    static let tooManyDatabaseConnections = ofSomeFleets("TooManyDatabaseConnections")
    static let poolExhausted = ofSomeFleets("PoolExhausted")
    static let slowPool = ofSomeFleets("SlowPool")
}

/// What processes take: CPU, memory, descriptors, connections.
struct ResourceAlerts {
    let fleet: Fleet

    var all: [Alert] {
        [highCPU, highMemory, memoryNearLimit] + (fleet.heapServices.isEmpty ? [] : [heapGrowth]) + [fewDescriptors]
            + (fleet.records(.eventLoopLag) ? [eventLoopLag] : []) + (fleet.countsConnections ? [tooManyConnections] : [])
            + (fleet.agents.socketBudget == nil ? [] : [listenQueueFull]) + poolExhausted
            + (fleet.records(.pool) ? [slowPool] : [])
    }

    var limits: Thresholds { fleet.thresholds }

    var highCPU: Alert {
        Alert(
            .highCPU, when: Contract.cpuUsage.series.value, above: limits[Threshold.cpuPercent],
            summary: "A process uses much CPU.",
            description: """
                \(.instance) of service \(.service) uses \(value: .decimals(1)) % of a core; \
                the limit is \(limits[Threshold.cpuPercent]).
                """,
            runbook: Runbook(
                meaning: "The process has used more of a core than `Thresholds.cpuPercent` for longer than alerts hold.",
                impact: "Requests and other work slow down when the host has no cores left.",
                queries: [
                    .init("CPU by mode", ServiceProcess.cpu.series.rate(over: fleet.rateWindow)),
                    .init("How late executors run what they are given", Scheduling.longestLag.series.value),
                ],
                actions: [
                    "See what it does: `perf top -p PID`.",
                    "Compare with the load: has the rate of requests risen too? Then add instances.",
                ]))
    }

    var highMemory: Alert {
        Alert(
            .highMemory, when: Contract.memoryUsage.series.value, above: limits[Threshold.memory],
            summary: "A process uses much memory.",
            description: """
                \(.instance) of service \(.service) has \(value: .bytes)B resident; \
                the limit is \(limits[Threshold.memory]).
                """,
            runbook: Runbook(
                meaning: "The process has more resident memory than `Thresholds.memory`.",
                impact: "At twice as much, or at the service's own limit, the kernel ends the process.",
                queries: [
                    .init("Heap in use", ServiceProcess.heap.series.value),
                    .init("Largest resident memory lately", ServiceProcess.peakResidentMemory.series.value),
                ],
                actions: [
                    "If the heap grows too, it is the program's: see the runbook of HeapGrowth.",
                    "If only the resident memory grows, the allocator keeps freed pages: a restart gives them back.",
                ]))
    }

    /// The kernel ends a process at its limit.
    private var memoryNearLimit: Alert {
        let share = limits[Threshold.memoryUse]
        let arms = fleet.services.map { service in
            ServiceProcess.residentMemory.series.matching(.service, service.name).value
                / Double(fleet.memoryLimit(service.limits).bytes) > share.value
        }
        let none = ServiceProcess.residentMemory.series.value > .infinity
        let condition = arms.dropFirst().reduce(arms.first ?? none) { $0.or($1) }
        return Alert(
            .memoryNearLimit, when: condition, threshold: share,
            summary: "A process is about to be ended for its memory.",
            description:
                "\(.instance) of service \(.service) has \(value: .percentage) of the memory at which the kernel ends it.",
            runbook: Runbook(
                meaning:
                    "Resident memory is near `ResourceLimits.memory` of the service (twice `Thresholds.memory` unless declared).",
                impact: "The kernel kills the process at the limit; what it had in hand is done again.",
                queries: [.init("Resident memory", ServiceProcess.residentMemory.series.value)],
                actions: [
                    "Restart it now, at a time of your choice: `systemctl restart apus-SERVICE@INSTANCE`.",
                    "Then find what grew: see the runbook of HeapGrowth.",
                ]),
            inputs: fleet.services.flatMap { service in
                let limit = Double(fleet.memoryLimit(service.limits).bytes)
                return [
                    AlertInput(
                        ServiceProcess.residentMemory, [.service: service.name, .instance: "one"],
                        .level(quiet: limit * share.value * 0.9994, bad: limit * share.value * 1.0006))
                ]
            } + [AlertInput(ServiceProcess.residentMemory, [.service: "another", .instance: "two"], .constant(1e15))])
    }

    /// By how much each heap grows within an hour, by a line through the last hour.
    static var heapGrowthInAnHour: InstantVector<SeriesKey<NoKey>> {
        ServiceProcess.heap.series.samples(over: .hours(1)).derivative * 3600
    }

    var heapGrowth: Alert {
        let limit = limits[Threshold.heapGrowth]
        let heap = ServiceProcess.heap.series
        let growing = heap.samples(over: .minutes(15)).derivative > 0
        let labels: KeyValuePairs<SeriesKey<NoKey>, String> = [.service: "a", .instance: "one"]
        return Alert(
            .heapGrowth, when: (Self.heapGrowthInAnHour > limit.value).and(growing),
            threshold: limit,
            summary: "A process's heap grows and grows.",
            description: """
                The heap of \(.instance) of service \(.service) grows by \(value: .bytes)B an hour and still does; \
                the limit is \(limit).
                """,
            runbook: Runbook(
                meaning: "The heap has grown for an hour by more than `Thresholds.heapGrowth`, and has not stopped.",
                impact: "In time the process reaches its limit of memory and is ended.",
                queries: [
                    .init("Heap in use", heap.value),
                    .init(
                        "When it reaches eight hours' growth", heap.samples(over: .hours(1)).predicted(after: .seconds(28_800))),
                ],
                actions: [
                    "Compare with load: caches and queues that fill explain growth for some time.",
                    "Look for what is kept: `heaptrack -p PID` for some minutes.",
                    "Restart instances one by one until the cause is found.",
                ]),
            inputs: [
                AlertInput(
                    ServiceProcess.heap, labels,
                    .slope(from: 1e8, quiet: limit.value / 3600 * 0.9994, bad: limit.value / 3600 * 1.0006)),
                // Grew fast, and has stopped.
                AlertInput(
                    ServiceProcess.heap, [.service: "a", .instance: "two"],
                    .slope(from: 1e8, quiet: 0, bad: limit.value / 3600 * 1.0006)),
            ])
    }

    // MARK: - Event loops

    var eventLoopLag: Alert {
        let limit = limits[Threshold.eventLoopLag]
        return Alert(
            .eventLoopLag, when: Scheduling.lag.series.of(fleet.services.filter { $0.records.contains(.eventLoopLag) }).value,
            above: limit, summary: "An event loop is late.",
            description: """
                The loop of \(.instance) of service \(.service) runs what it is given \(value: .decimals(3)) s late; \
                the limit is \(limit).
                """,
            runbook: Runbook(
                meaning:
                    "Something keeps the one loop of the process busy for longer than `Thresholds.eventLoopLag` at a time.",
                impact: "All that the process does waits for it: requests, timers, its signs of life.",
                queries: [
                    .init("Lag of the loop", Scheduling.lag.series.value),
                    .init("CPU of the process", Contract.cpuUsage.series.value),
                ],
                actions: [
                    "See what it does: for Node.js, `node --cpu-prof` or `kill -USR1 PID` and an inspector; for Python, `py-spy top`.",
                    "Move what computes for long to another thread or process, or cut it into pieces.",
                ]))
    }

    // MARK: - Descriptors

    /// Open descriptors among those that each process may open; of a group the largest part of one of its processes.
    static func descriptorShare(in fleet: Fleet) -> InstantVector<SeriesKey<NoKey>> {
        let reported = ServiceProcess.openFiles.series.value / (ServiceProcess.maxFiles.series.value > 0)
        let watched = ServiceProcesses.filesRatio.series.value
        if fleet.watchedServices.isEmpty { return reported }
        return fleet.reportsBySegment ? reported.or(watched) : watched
    }

    private var descriptorInputs: [AlertInput] {
        let limit = limits[Threshold.descriptorUse]
        let reported = AlertInput.share(
            of: ServiceProcess.openFiles, in: ServiceProcess.maxFiles, [.service: "a", .instance: "one"], above: limit)
        let watched = AlertInput(
            ServiceProcesses.filesRatio, [.service: "b", .instance: "two"],
            .level(quiet: limit.value * 0.9994, bad: limit.value * 1.0006))
        return (fleet.reportsBySegment ? reported : []) + (fleet.watchedServices.isEmpty ? [] : [watched])
    }

    var fewDescriptors: Alert {
        Alert(
            .fewDescriptorsLeft, when: Self.descriptorShare(in: fleet), above: limits[Threshold.descriptorUse],
            summary: "A process runs out of file descriptors.",
            description: "\(.instance) of service \(.service) has \(value: .percentage) of its file descriptors open.",
            runbook: Runbook(
                meaning: "Files, connections and pipes of the process together are near `ResourceLimits.openFiles`.",
                impact: "At the limit it accepts no connection and opens no file.",
                queries: [.init("Open descriptors", ServiceProcess.openFiles.series.value)],
                actions: [
                    "See what they are: `ls -l /proc/PID/fd | awk '{print $NF}' | sort | uniq -c | sort -n | tail`.",
                    "Raise `ResourceLimits.openFiles` of the service if the load explains it.",
                ]),
            inputs: descriptorInputs)
    }

    // MARK: - Sockets

    var listenQueueFull: Alert {
        let limit = limits[Threshold.listenQueue]
        return Alert(
            .listenQueueFull, when: ServiceSockets.queueRatio.series.value, above: limit,
            summary: "A service does not accept its connections.",
            description: """
                \(value: .percentage) of the connections that may wait for a socket of \(.instance) of service \(.service) wait; \
                the limit is \(limit).
                """,
            runbook: Runbook(
                meaning:
                    "The queue of a listening socket is fuller than `Thresholds.listenQueue`; past its end connections are turned away.",
                impact: "Clients wait for an answer, and soon get none.",
                queries: [
                    .init("Connections that wait, by protocol", ServiceSockets.queue.series.value),
                    .init("Sockets by state", ServiceSockets.sockets.series.value),
                ],
                actions: [
                    "See which socket: `ss -ltn` and `ss -lx`: Recv-Q waits, Send-Q is the most that may.",
                    "Look whether the service hangs or has no CPU left; add instances if it has work for them.",
                    "If only bursts fill it, raise the backlog that the service gives to `listen`, and `net.core.somaxconn`.",
                ]))
    }
}
