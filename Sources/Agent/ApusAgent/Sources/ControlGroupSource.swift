import AgentMetrics
import ApusLinux
import ApusMetrics
import Glibc

/// What the kernel has of the control group of an instance's unit or container.
///
/// A process in a group that it shares with what is not of its service, such as a login session or the root of all, has none. Only groups
/// have the rest (``ControlGroupsSource``): as many instances as an agent takes have to be within the samples of a scrape.
struct ControlGroupSource: Source {
    typealias Reading = ControlGroupSum

    static let name = "cgroup"
    static let cadence = Cadence.scrape

    static let rows: [Row<Reading>] =
        [
            seconds(ServiceControlGroup.cpu, CPUModeLabels(mode: .user), .userTime),
            seconds(ServiceControlGroup.cpu, CPUModeLabels(mode: .system), .systemTime),
        ] + rowsOfAll

    /// The rows that groups have as well.
    static let rowsOfAll: [Row<Reading>] =
        [
            Row(ServiceControlGroup.periods) { $0.counts.figures[.periods] },
            Row(ServiceControlGroup.throttledPeriods) { $0.counts.figures[.throttledPeriods] },
            seconds(ServiceControlGroup.throttledTime, NoLabels(), .throttledTime),
            gauge(ServiceControlGroup.memory, .memory), gauge(ServiceControlGroup.unreclaimable, .unreclaimable),
            gauge(ServiceControlGroup.swap, .swap), gauge(ServiceControlGroup.memoryMax, .memoryMax),
        ]
        + [
            // Labels of their own are made when they are written: most groups have no such series.
            .each(ServiceControlGroup.memoryEvents) { sum -> [(labels: MemoryEventLabels, value: Int64)] in
                MemoryEvent.allCases.compactMap { event in
                    sum.counts.figures[counter(of: event)].map { (MemoryEventLabels(event: event), $0) }
                }
            }, gauge(ServiceControlGroup.tasks, .tasks), gauge(ServiceControlGroup.tasksMax, .tasksMax),
        ]

    /// A count of microseconds.
    private static func seconds<Labels>(
        _ declaration: Counter<Labels>, _ labels: Labels, _ counter: ControlGroupCounter
    ) -> Row<Reading> {
        Row(declaration, labels) { sum in sum.counts.figures[counter].map { Double($0) / 1e6 } }
    }

    static func gauge(_ declaration: Gauge<NoLabels>, _ gauge: ControlGroupGauge) -> Row<Reading> {
        Row(declaration) { $0.gauges[gauge] }
    }

    private static func counter(of event: MemoryEvent) -> ControlGroupCounter {
        switch event {
        case .high: .memoryHigh
        case .max: .memoryMax
        case .oom: .outOfMemory
        case .oomKill: .killedProcesses
        }
    }

    /// Whether this process may have so many descriptors open that those of every instance's group can stay open.
    private static let keepsOpen = (DescriptorLimit.current?.soft ?? 0) >= 1 << 15

    private let process: WatchedProcess
    private var group: ControlGroup
    /// The limits of those above it, as they were at the last turn of the sampling loop.
    private var ceilings: ControlGroupCeilings
    private var readings = 0
    /// Counts go on when the process is moved.
    private var ledger = ControlGroupLedger()

    init?(_ subject: InstanceSubject) throws(LinuxError) {
        guard let process = try subject.watched() else { return nil }
        self.process = process
        let own = try process.controlGroups()
        guard let path = own.ownGroup else { return nil }
        group = try Self.open(path, own.ownPlaces, process.root)
        ceilings = ControlGroupCeilings(process.root)
        ceilings.read(above: [path])
    }

    private static func open(
        _ path: String, _ places: [String: String]?, _ root: KernelRoot
    ) throws(LinuxError) -> ControlGroup {
        try ControlGroup(
            try ControlGroupTree(root).folder(path), at: places, root: root, isWhole: true, keepsOpen: keepsOpen)
    }

    mutating func read(at now: Moment) throws(LinuxError) -> Reading {
        let own = try process.controlGroups()
        guard let path = own.ownGroup else { throw .open(path: "\(process.folder)/cgroup", code: ENOENT) }
        let places = own.ownPlaces
        if path != group.folder.path || places != group.places {
            group = try Self.open(path, places, process.root)
            ceilings.read(above: [path])
        }
        let reading = try group.read()
        ledger.look([
            .init(folder: group.folder, group: 0, counts: reading.counts, countsWhole: readings == 0)
        ])
        readings += 1
        return ControlGroupSum(
            number: 1, counts: ledger[0] ?? ControlGroupCounts(),
            gauges: ceilings.sum(of: [(group.folder.path, reading.gauges)]))
    }

    mutating func tick(_ reading: Reading) {
        group.refresh()
        ceilings.read(above: [group.folder.path])
    }
}
