import AgentMetrics
import ApusLinux
import ApusMetrics

/// Messages of the agent's own log that were dropped.
struct LogSource: Source {
    static let name = "log"
    static let cadence = Cadence.look
    static let rows: [Row<UInt64>] = [Row(JournalFollowing.droppedLogs) { Double($0) }]

    private let count: @Sendable () -> UInt64

    init?(_ subject: HostSubject) {
        guard let count = subject.droppedLogs else { return nil }
        self.count = count
    }

    func read(at now: Moment) throws(LinuxError) -> UInt64 { count() }
}
