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
    public static let poolUse = ThresholdKey.ratio("poolUse", UsualLimits.poolUse, .high, "pool in use")
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
    static let processStopped = ofSomeFleets("ProcessStopped")
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
        [highCPU, highMemory] + (fleet.groupedServices.isEmpty ? [] : [processStopped]) + memoryNearLimit
            + (fleet.heapServices.isEmpty ? [] : [heapGrowth])
            + (fleet.reportsBySegment || !fleet.groupedServices.isEmpty ? [fewDescriptors] : [])
            + (fleet.records(.eventLoopLag) ? [eventLoopLag] : []) + (fleet.countsConnections ? [tooManyConnections] : [])
            + (fleet.agents.socketBudget == nil ? [] : [listenQueueFull]) + poolExhausted
            + (fleet.records(.pool) ? [slowPool] : [])
    }

    var limits: Thresholds { fleet.thresholds }

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
        if fleet.groupedServices.isEmpty { return reported }
        return fleet.reportsBySegment ? reported.or(watched) : watched
    }

    private var descriptorInputs: [AlertInput] {
        let limit = limits[Threshold.descriptorUse]
        let reported = AlertInput.share(
            of: ServiceProcess.openFiles, in: ServiceProcess.maxFiles, [.service: "a", .instance: "one"], above: limit)
        let watched = AlertInput(
            ServiceProcesses.filesRatio, [.service: "b", .instance: "two"],
            .level(quiet: limit.value * 0.9994, bad: limit.value * 1.0006))
        return (fleet.reportsBySegment ? reported : []) + (fleet.groupedServices.isEmpty ? [] : [watched])
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
