import AgentMetrics
import ApusLinux
import ApusMetrics

/// Whether an instance has a process that lives and reports.
struct LifeSource: Source {
    static let name = "life"
    static let cadence = Cadence.look
    static let rows: [Row<Bool>] = [Row(ServiceState.up) { $0 ? 1 : 0 }]

    private let isAlive: Bool

    init?(_ subject: InstanceSubject) { isAlive = subject.isAlive }

    func read(at now: Moment) throws(LinuxError) -> Bool { isAlive }
}
