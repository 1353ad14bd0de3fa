import AgentMetrics
import ApusLinux
import ApusMetrics

/// How many descriptors an instance's process may have open: /proc/PID/limits.
struct LimitsSource: Source {
    static let name = "limits"
    static let cadence = Cadence.turn
    static let rows: [Row<UInt64?>] = [Row(ServiceProcess.maxFiles) { $0 }]

    private let file: ProcFile

    init?(_ subject: InstanceSubject) throws(LinuxError) {
        guard let process = try subject.watched() else { return nil }
        file = try process.file("limits")
    }

    /// `nil` without a limit.
    func read(at now: Moment) throws(LinuxError) -> UInt64? {
        try file.read { .some(ProcessDescriptors.softLimit($0)) }
    }
}
