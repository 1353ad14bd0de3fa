import AgentMetrics
import ApusLinux
import ApusMetrics

/// The systemd unit that an instance's process runs in: /proc/PID/cgroup.
///
/// It is read once a process: systemd moves no process of a service to another unit.
struct ServiceUnitSource: Source {
    static let name = "service-unit"
    static let cadence = Cadence.look
    static let rows: [Row<String>] = [Row.facts(ServiceUnit.unit) { [UnitLabels(unit: $0)] }]

    private let unit: String

    init?(_ subject: InstanceSubject) throws(LinuxError) {
        guard let process = try subject.watched() else { return nil }
        let groups = try ControlGroups(process.file("cgroup"), process.root)
        let first = try? ControlGroups(of: 1, root: process.root)
        guard let unit = groups.systemUnit(below: first) else { return nil }
        self.unit = unit
    }

    func read(at now: Moment) throws(LinuxError) -> String { unit }
}
