import AgentMetrics
import ApusMetrics
import ApusPromQL
import ApusRules
import ApusTopology

/// What processes take: CPU, memory, descriptors, connections.
struct ResourceAlerts {
    let fleet: Fleet

    var all: [Alert] {
        [highCPU, highMemory, memoryNearLimit, heapGrowth, fewDescriptors]
            + (fleet.records(.pool) ? [tooManyConnections, poolExhausted, slowPool] : [])
    }

    private var limits: Thresholds { fleet.thresholds }

    private var highCPU: Alert {
        Alert(
            "HighCPU", when: Contract.cpuUsage.series.value > limits.cpuPercent.value, severity: limits.cpuPercent.severity,
            summary: "A process uses much CPU.",
            description: """
                \(.instance) of service \(.service) uses \(value: .decimals(1)) % of a core; \
                the limit is \(text: PromQLNumber.string(limits.cpuPercent.value)) %.
                """,
            runbook: Runbook(
                meaning: "The process has used more of a core than `Thresholds.cpuPercent` for longer than alerts hold.",
                impact: "Requests and deliveries slow down when the host has no cores left.",
                queries: [
                    .init("CPU by mode", ServiceProcess.cpu.series.rate(over: fleet.rateWindow)),
                    .init("How late executors run what they are given", Scheduling.longestLag.series.value),
                ],
                actions: [
                    "See what it does: `perf top -p PID`, or `apus top`.",
                    "Compare with the load: has the rate of requests or deliveries risen too? Then add instances.",
                ]))
    }

    private var highMemory: Alert {
        let limit = Double(limits.memory.value.bytes)
        return Alert(
            "HighMemory", when: Contract.memoryUsage.series.value > limit, severity: limits.memory.severity,
            summary: "A process uses much memory.",
            description: """
                \(.instance) of service \(.service) has \(value: .bytes)B resident; \
                the limit is \(text: ValueFormat.bytes.rendered(limit))B.
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
        let arms = fleet.services.map { service in
            ServiceProcess.residentMemory.series.matching(.service, service.name).value
                / Double(fleet.memoryLimit(service.limits).bytes) > Self.memoryShare
        }
        let none = ServiceProcess.residentMemory.series.value > .infinity
        let condition = arms.dropFirst().reduce(arms.first ?? none) { $0.or($1) }
        return Alert(
            "MemoryNearLimit", when: condition, severity: .critical,
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
                        .level(quiet: limit * Self.memoryShare * 0.9994, bad: limit * Self.memoryShare * 1.0006))
                ]
            } + [AlertInput(ServiceProcess.residentMemory, [.service: "another", .instance: "two"], .constant(1e15))])
    }

    static let memoryShare = 0.9

    private var heapGrowth: Alert {
        let limit = Double(limits.heapGrowth.value.bytes)
        let heap = ServiceProcess.heap.series
        let growing = heap.samples(over: .minutes(15)).derivative > 0
        let labels: KeyValuePairs<SeriesKey<NoKey>, String> = [.service: "a", .instance: "one"]
        return Alert(
            "HeapGrowth", when: (heap.samples(over: .hours(1)).derivative * 3600 > limit).and(growing),
            severity: limits.heapGrowth.severity,
            summary: "A process's heap grows and grows.",
            description: """
                The heap of \(.instance) of service \(.service) grows by \(value: .bytes)B an hour and still does; \
                the limit is \(text: ValueFormat.bytes.rendered(limit))B.
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
                    .slope(from: 1e8, quiet: limit / 3600 * 0.9994, bad: limit / 3600 * 1.0006)),
                // Grew fast, and has stopped.
                AlertInput(
                    ServiceProcess.heap, [.service: "a", .instance: "two"],
                    .slope(from: 1e8, quiet: 0, bad: limit / 3600 * 1.0006)),
            ])
    }

    private var fewDescriptors: Alert {
        let share = ServiceProcess.openFiles.series.value / (ServiceProcess.maxFiles.series.value > 0)
        return Alert(
            "FewDescriptorsLeft", when: share > Self.descriptorShare, severity: .high,
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
            inputs: [
                AlertInput(
                    ServiceProcess.openFiles, [.service: "a", .instance: "one"],
                    .level(quiet: Self.descriptorShare / 2, bad: Self.descriptorShare / 2 * 1.0006)),
                AlertInput(ServiceProcess.maxFiles, [.service: "a", .instance: "one"], .constant(0.5)),
            ])
    }

    static let descriptorShare = 0.9

    // MARK: - Connections

    private var tooManyConnections: Alert {
        Alert(
            "TooManyDatabaseConnections", when: FleetQueries.openConnections.sum() > Double(limits.connections.value),
            severity: limits.connections.severity, summary: "The fleet has too many database connections open.",
            description: "\(value: .decimals(0)) connections are open; the limit is \(text: String(limits.connections.value)).",
            runbook: Runbook(
                meaning: "All processes together have more connections open than `Thresholds.connections`.",
                impact: "The database refuses connections at its own limit, those of administrators too.",
                queries: [.init("Connections of each process", FleetQueries.openConnections)],
                actions: [
                    "Look whether more instances run than are declared: each has a share of `ConnectionBudget`.",
                    "Restart the instance that holds more than its share.",
                ]))
    }

    private var poolExhausted: Alert {
        let used = Database.connections.series.matching(.label(.state), ConnectionState.used.rawValue).value
        let bound = Database.maxConnections.series.value
        let limit = limits.poolUse
        let condition =
            used.sum(perTarget: .service, .instance) / (bound.sum(perTarget: .service, .instance) > 0) > limit.value
        func most(_ pool: String, _ value: Double) -> AlertInput {
            AlertInput(
                Database.maxConnections, [.service: "a", .instance: "one", .label(.pool): pool], .constant(value))
        }
        func input(_ pool: String, _ state: String, _ course: InputCourse) -> AlertInput {
            AlertInput(
                Database.connections, [.service: "a", .instance: "one", .label(.pool): pool, .label(.state): state], course)
        }
        return Alert(
            "PoolExhausted", when: condition, severity: limit.severity,
            summary: "A connection pool is nearly used up.",
            description: """
                \(.instance) of service \(.service) uses \(value: .percentage) of the connections that its pools may open; \
                the limit is \(text: ValueFormat.percentage.rendered(limit.value)).
                """,
            runbook: Runbook(
                meaning: "Of the connections that the instance may open, more than `Thresholds.poolUse` are in use.",
                impact: "Who needs a connection waits, and requests and claims slow down.",
                queries: [
                    .init("Connections by state", Database.connections.series.value),
                    .init(
                        "Time that callers wait, 95th percentile",
                        Database.waitTime.series.bucketRates(over: fleet.rateWindow).sum(by: .service, .instance)
                            .quantile(0.95)),
                ],
                actions: [
                    "Look for long queries and transactions in the database: `SELECT pid, state, query FROM pg_stat_activity`.",
                    "Raise `ConnectionBudget` if the database has room.",
                ]),
            inputs: [
                input("p", "used", .level(quiet: 0.3 * limit.value, bad: 0.3 * limit.value)),
                input("q", "used", .level(quiet: 0.2 * limit.value * 0.9994, bad: 0.2 * limit.value * 1.0015)),
                input("p", "idle", .constant(1)), most("p", 0.3), most("q", 0.2),
            ])
    }

    private var slowPool: Alert {
        let wait = Database.waitTime.series.bucketRates(over: fleet.rateWindow).sum(by: .service, .instance).quantile(0.95)
        return Alert(
            "SlowPool", when: wait > Self.poolWait, severity: .medium,
            summary: "Callers wait long for database connections.",
            description: """
                One in twenty callers in \(.instance) of service \(.service) waits \(value: .decimals(3)) s or longer for a \
                connection; the limit is \(text: PromQLNumber.string(Self.poolWait)) s.
                """,
            runbook: Runbook(
                meaning: "The 95th percentile of the time to get a connection from the pool is past its limit.",
                impact: "Each request and each claim is as much slower.",
                queries: [.init("Connections by state", Database.connections.series.value)],
                actions: [
                    "See the runbook of PoolExhausted: the causes are the same.",
                    "If few connections are in use, the host or the store is slow: look at CPU and pressure.",
                ]),
            inputs: AlertInput.quantile(
                0.95, of: Database.waitTime, [.service: "a", .instance: "one", .label(.pool): "p"], crossing: Self.poolWait,
                over: .label(.pool)))
    }

    static let poolWait = 0.1
}
