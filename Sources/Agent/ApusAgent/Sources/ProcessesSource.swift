import AgentMetrics
import ApusLinux
import ApusMetrics

/// What the processes of a group come to.
struct ProcessesSource: Source {
    static let name = "processes"
    static let cadence = Cadence.look

    struct Reading: Sendable {
        let finding: GroupFinding
        var group: GroupReading { finding.reading }
        /// CPU time and memory of all processes together; the start is that of the oldest one.
        let stat: StatSource.Reading
    }

    static let rows: [Row<Reading>] = lives + usage + sums

    private static let lives: [Row<Reading>] =
        [
            Row(ServiceState.up) { $0.group.isAlive ? 1 : 0 },
            Row(ServiceProcesses.unwatched) { $0.group.unwatched > 0 ? $0.group.unwatched : nil },
        ] + states + [
            Row(ServiceProcesses.started) { $0.group.account.started },
            Row(ServiceProcesses.ended) { $0.group.account.ended },
        ]

    private static let states: [Row<Reading>] = ProcessState.allCases.map { state in
        Row(ServiceProcesses.processes, ProcessStateLabels(state: state)) { $0.group.count(of: state) }
    }

    private static let sums: [Row<Reading>] = [
        Row(ServiceProcess.anonymousMemory) { $0.group.anonymousBytes },
        Row(ServiceProcess.swap) { $0.group.swapBytes },
        Row(ServiceProcess.oomScore) { $0.group.oomScore },
        Row(ServiceProcesses.largestMemory) { $0.group.processes > 0 ? $0.group.largestBytes : nil },
        Row(ServiceProcesses.proportionalMemory) { $0.group.proportionalBytes },
        Row(ServiceProcess.openFiles) { $0.group.openFiles },
        Row(ServiceProcesses.filesRatio) { $0.group.filesRatio },
        Row(ServiceProcesses.faults, FaultLabels(kind: .minor)) { $0.group.account.used.minorFaults },
        Row(ServiceProcesses.faults, FaultLabels(kind: .major)) { $0.group.account.used.majorFaults },
        Row(ServiceProcesses.storage, DirectionLabels(direction: .read)) { reading in
            reading.group.knowsIO ? reading.group.account.used.readBytes : nil
        },
        Row(ServiceProcesses.storage, DirectionLabels(direction: .write)) { reading in
            reading.group.knowsIO ? reading.group.account.used.writtenBytes : nil
        },
    ]

    /// The rows of one process, but that CPU time of a group has that of children in it. Without a process, what is counted stays.
    private static let usage: [Row<Reading>] = StatSource.rows.compactMap { row in
        guard row.family.name != ServiceProcess.childrenCPU.family.name else { return nil }
        let isCounted = row.family.kind == .counter
        let isCPUTime = row.family.name == ServiceProcess.cpu.family.name
        return Row(family: row.family, labels: row.labels) { reading, subject, start in
            guard reading.group.processes > 0 || isCounted, !reading.group.isUnknown else { return .absent }
            let isOfControlGroups = isCPUTime && reading.group.controlGroupTime != nil
            return row.value(reading.stat, subject, isOfControlGroups ? reading.group.controlGroups?.began : start)
        }
    }

    static func start(in reading: Reading) -> Double? { reading.group.began }

    private let subject: GroupSubject
    private var window: SampleWindow

    init?(_ subject: GroupSubject) {
        self.subject = subject
        window = SampleWindow(interval: subject.interval)
    }

    mutating func read(at now: Moment) throws(LinuxError) -> Reading {
        let finding = subject.finding
        let group = finding.reading
        let root = subject.root
        let start = group.oldestStart.map { Double($0) / root.ticksPerSecond }
        return Reading(
            finding: finding,
            stat: window.reading(
                group.sample(at: now.monotonic, root), startTime: group.bootTime.flatMap { boot in start.map { boot + $0 } },
                uptime: max(0, Double(now.sinceBoot) / 1e9 - (start ?? 0))))
    }

    // What groups came to before is served on while the processes cannot be listed.
    func isWell(_ reading: Reading) -> Bool { reading.group.isWhole }

    mutating func tick(_ reading: Reading) { window.tick(reading.stat.sample) }
}
