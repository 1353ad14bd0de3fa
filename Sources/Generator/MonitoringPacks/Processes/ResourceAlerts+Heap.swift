import AgentMetrics
import ApusMetrics
import ApusPromQL
import ApusText
import ApusTopology

/// Heaps that grow and grow.
///
/// A heap that is collected falls back to what is in use; between two collections it grows by whatever was let go. So the lows of windows are
/// compared, which hold one collection at least.
extension ResourceAlerts {
    /// By how much the lows of each heap grow within an hour.
    static func heapGrowth(in fleet: Fleet) -> InstantVector<SeriesKey<NoKey>> {
        let growths = HeapLows.all(in: fleet).map(\.growthInAnHour)
        return growths.dropFirst().reduce(growths[0]) { $0.or($1) }
    }

    var heapGrowth: Alert {
        let limit = limits[Threshold.heapGrowth]
        let lows = HeapLows.all(in: fleet)
        let arms = lows.map { $0.condition(above: limit) }
        let heap = ServiceProcess.heap.series
        let windows = lows.map { low in
            let of = lows.count == 1 ? "" : " (\(low.services.map(\.name).joined(separator: ", ")))"
            return "\(DurationText.string(low.window)), after a run of \(DurationText.string(low.age))\(of)"
        }
        return Alert(
            .heapGrowth, when: arms.dropFirst().reduce(arms[0]) { $0.or($1) }, threshold: limit,
            summary: "A process's heap grows and grows.",
            description: """
                The lows of the heap of \(.instance) of service \(.service) grow by \(value: .bytes)B an hour; \
                the limit is \(limit).
                """,
            runbook: Runbook(
                meaning: """
                    The least heap of a window is larger than that of the window before, by more than `Thresholds.heapGrowth` for each \
                    hour: collections do not bring back what it had. The windows are \(windows.joined(separator: " and ")).
                    """,
                impact: "In time the process reaches its limit of memory and is ended.",
                queries: [
                    .init("Heap in use", heap.value),
                    .init(
                        "When it reaches eight hours' growth", heap.samples(over: .hours(1)).predicted(after: .seconds(28_800))),
                ],
                actions: [
                    "Compare with load: caches and queues that fill explain growth for some time.",
                    "Look for what is kept with the tool of the runtime: \(Self.heapTools(of: fleet)).",
                    "Restart instances one by one until the cause is found.",
                ]),
            inputs: lows.flatMap { $0.inputs(limit) })
    }

    /// Tools that show what a heap holds, of the runtimes that say how large theirs is.
    private static func heapTools(of fleet: Fleet) -> String {
        let tools: [(ServiceRuntime, String)] = [
            (.swift, "`heaptrack -p PID` for some minutes"),
            (.node, "for Node.js a snapshot of the heap (`node --heapsnapshot-signal=SIGUSR2`, then `kill -USR2 PID`)"),
            (.python, "for Python `tracemalloc`, or `memray attach PID`"), (.java, "for Java `jcmd PID GC.heap_dump FILE`"),
            (.go, "for Go `go tool pprof` of its page `/debug/pprof/heap`"),
            (.dotnet, "for .NET `dotnet-gcdump collect -p PID`"),
            (.ruby, "for Ruby `ObjectSpace.dump_all`"),
        ]
        let runtimes = Set(fleet.heapServices.map(\.runtime))
        let fitting = tools.filter { runtimes.contains($0.0) }.map(\.1)
        return fitting.isEmpty ? "its profiler of the heap" : fitting.joined(separator: "; ")
    }
}

/// The services whose heaps are compared over windows of one length.
private struct HeapLows {
    let services: [FleetService]
    /// The length of each of the two windows.
    let window: Duration
    /// Whether there are services with windows of another length.
    let isOneOfSeveral: Bool

    /// The windows of a fleet, the shortest first: an hour where memory is given back at once or collected every few minutes, and six hours
    /// where a collector waits until it needs room.
    static func all(in fleet: Fleet) -> [HeapLows] {
        let prompt = fleet.heapServices.filter(\.runtime.collectsPromptly)
        let others = fleet.heapServices.filter { !$0.runtime.collectsPromptly }
        let parts = [(prompt, Duration.seconds(3600)), (others, .seconds(6 * 3600))].filter { !$0.0.isEmpty }
        return parts.map { HeapLows(services: $0, window: $1, isOneOfSeveral: parts.count > 1) }
    }

    /// The time for which a process must have run: both windows, and an hour in which it warms up.
    var age: Duration { window * 2 + .seconds(3600) }

    private var hours: Double { window / .seconds(3600) }

    private var heap: Series<Gauge<NoLabels>> {
        isOneOfSeveral ? ServiceProcess.heap.series.of(services) : ServiceProcess.heap.series
    }

    /// The services of which nobody but their own page or report says when they started.
    private var ungrouped: [FleetService] { services.filter { $0.isWatched && $0.found?.matches.isEmpty == true } }

    var growthInAnHour: InstantVector<SeriesKey<NoKey>> {
        let growth =
            heap.samples(over: .fixed(window)).minimum - heap.offset(by: window).samples(over: .fixed(window)).minimum
        return hours == 1 ? growth : growth / hours
    }

    func condition(above limit: Threshold) -> InstantVector<SeriesKey<NoKey>> {
        (growthInAnHour > limit.value).and(heap.offset(by: age).value, on: .service, .instance)
            .unless(started, on: .service, .instance)
    }

    private var started: InstantVector<SeriesKey<NoKey>> {
        func started(_ start: Series<Gauge<NoLabels>>) -> InstantVector<SeriesKey<NoKey>> {
            start.samples(over: .fixed(age)).changes > 0
        }
        let seen = started(ServiceProcess.startTime.series)
        return ungrouped.isEmpty ? seen : seen.or(started(AgentProcess.startTime.series.of(ungrouped)))
    }

    // MARK: - Inputs

    func inputs(_ limit: Threshold) -> [AlertInput] {
        let start = ServiceProcess.startTime
        // Within the windows, and not within half of the age.
        let lately = InputCourse.stages(1000, [.init(before: window + .seconds(35 * 60), 2000)])
        let settled = InputCourse.stages(1000, [.init(before: age, 2000)])
        let ofAll = services.prefix(1).map(\.name).flatMap { service in
            [
                climbing(service, "one", limit), input(start, service, "one", settled),
                climbing(service, "slow", limit, times: 1), input(start, service, "slow", settled),
                climbing(service, "restarted", limit), input(start, service, "restarted", lately),
                climbing(service, "young", limit, before: window * 2 + .seconds(1800), begins: true),
            ]
        }
        let ofPages = ungrouped.prefix(1).map(\.name).flatMap { service in
            [
                climbing(service, "page", limit), input(AgentProcess.startTime, service, "page", settled),
                climbing(service, "new-page", limit), input(AgentProcess.startTime, service, "new-page", lately),
            ]
        }
        let names = Set(ungrouped.map(\.name))
        // A page that says otherwise is not asked where the processes of a service are seen.
        let other = services.first { !names.contains($0.name) }?.name ?? (isOneOfSeveral ? nil : "another")
        let ofOthers = ungrouped.isEmpty ? nil : other
        return ofAll + ofPages
            + (ofOthers.map { [climbing($0, "other", limit), input(AgentProcess.startTime, $0, "other", lately)] } ?? [])
    }

    private func input(
        _ gauge: Gauge<NoLabels>, _ service: String, _ instance: String, _ course: InputCourse
    ) -> AlertInput {
        AlertInput(gauge, [.service: service, .instance: instance], course)
    }

    /// A heap whose lows grow by so many times the limit in an hour from the first bad step on.
    private func climbing(
        _ service: String, _ instance: String, _ limit: Threshold, times: Double = 1.0006, before: Duration? = nil,
        begins: Bool = false
    ) -> AlertInput {
        input(
            ServiceProcess.heap, service, instance,
            .climb(from: 1e8, slope: limit.value / 3600 * times, before: before ?? window * 2, begins: begins))
    }
}

extension ServiceRuntime {
    /// Whether memory is given back as soon as nobody has it, or collected every few minutes at least.
    fileprivate var collectsPromptly: Bool {
        switch self {
        case .swift, .python, .go: true
        case .node, .java, .dotnet, .ruby, .other: false
        }
    }
}
