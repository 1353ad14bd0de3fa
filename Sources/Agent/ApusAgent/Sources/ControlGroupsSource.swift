import AgentMetrics
import ApusLinux
import ApusMetrics
import Glibc

/// What the kernel has of the control groups of a group, where it is such, and how long these have waited.
///
/// The CPU time of a group is that of its control groups already, under the name that other groups have it.
struct ControlGroupsSource: Source {
    static let name = "cgroups"
    static let cadence = Cadence.look
    static let rows: [Row<ControlGroupSum>] =
        ControlGroupSource.rowsOfAll
        + [
            ControlGroupSource.gauge(ServiceControlGroup.memoryPeak, .memoryPeak),
            ControlGroupSource.gauge(ServiceControlGroup.anonymous, .anonymous),
            ControlGroupSource.gauge(ServiceControlGroup.files, .files),
            ControlGroupSource.gauge(ServiceControlGroup.sharedMemory, .sharedMemory),
            ControlGroupSource.gauge(ServiceControlGroup.memoryHigh, .memoryHigh),
            devices(ServiceControlGroup.ioBytes, \.readBytes, \.writtenBytes),
            devices(ServiceControlGroup.ioOperations, \.reads, \.writes),
            pressure(ServicePressure.waiting) { counters(of: $0).waiting },
            pressure(ServicePressure.stalled) { counters(of: $0).stalled },
        ]

    private static func pressure(
        _ declaration: Counter<PressureLabels>, _ counter: @escaping @Sendable (PressureResource) -> ControlGroupCounter
    ) -> Row<ControlGroupSum> {
        .each(declaration) { sum -> [(labels: PressureLabels, value: Double)] in
            PressureResource.allCases.compactMap { resource in
                sum.counts.figures[counter(resource)].map { (PressureLabels(resource: resource), Double($0) / 1e6) }
            }
        }
    }

    private static func counters(
        of resource: PressureResource
    ) -> (waiting: ControlGroupCounter, stalled: ControlGroupCounter) {
        switch resource {
        case .cpu: (.waitingForCPU, .stalledForCPU)
        case .memory: (.waitingForMemory, .stalledForMemory)
        case .io: (.waitingForIO, .stalledForIO)
        }
    }

    private typealias DeviceCount = @Sendable (ControlGroupCounts.DeviceCounts) -> Int64

    private static func devices(
        _ declaration: Counter<DeviceLabels>, _ read: @escaping DeviceCount, _ written: @escaping DeviceCount
    ) -> Row<ControlGroupSum> {
        .each(declaration) { sum -> [(labels: DeviceLabels, value: Int64)] in
            sum.counts.devices.sorted { $0.key < $1.key }.flatMap { name, counts in
                [
                    (DeviceLabels(device: name, direction: .read), read(counts)),
                    (DeviceLabels(device: name, direction: .write), written(counts)),
                ]
            }
        }
    }

    static func start(in reading: ControlGroupSum) -> Double? { reading.began }

    private let subject: GroupSubject

    init?(_ subject: GroupSubject) {
        // A group of processes that are chosen by what they are has none.
        guard subject.finding.reading.controlGroups != nil else { return nil }
        self.subject = subject
    }

    mutating func read(at now: Moment) throws(LinuxError) -> ControlGroupSum {
        guard let sum = subject.finding.reading.controlGroups else {
            throw .open(path: subject.root.controlGroups, code: ENOENT)
        }
        return sum
    }

    func isWell(_ reading: ControlGroupSum) -> Bool { subject.finding.reading.isWhole }
}
