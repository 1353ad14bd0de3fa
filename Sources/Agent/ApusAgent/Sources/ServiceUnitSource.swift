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
        guard let unit = try process.systemUnit() else { return nil }
        self.unit = unit
    }

    func read(at now: Moment) throws(LinuxError) -> String { unit }
}
