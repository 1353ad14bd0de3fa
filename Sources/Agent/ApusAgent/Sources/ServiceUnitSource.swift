import AgentMetrics
import ApusLinux
import ApusMetrics

/// The systemd unit that an instance's process runs in: /proc/PID/cgroup.
///
/// systemd moves no process of a service to another unit, but whoever started a process by hand may: it is asked at each look.
struct ServiceUnitSource: Source {
    static let name = "service-unit"
    static let cadence = Cadence.look
    static let rows: [Row<String?>] = [Row.facts(ServiceUnit.unit) { unit in unit.map { [UnitLabels(unit: $0)] } ?? [] }]

    private let process: WatchedProcess
    private var unit: String?

    init?(_ subject: InstanceSubject) throws(LinuxError) {
        guard let process = try subject.watched() else { return nil }
        guard let unit = try process.systemUnit() else { return nil }
        (self.process, self.unit) = (process, unit)
    }

    /// The unit that a process has ended in stays known: its journal says why.
    mutating func read(at now: Moment) throws(LinuxError) -> String? {
        do throws(LinuxError) { unit = try process.systemUnit() } catch {
            guard error.isProcessGone else { throw error }
        }
        return unit
    }
}
