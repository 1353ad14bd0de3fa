import AgentMetrics
import ApusLinux
import ApusMetrics

/// Messages of the agent's own log that were dropped.
struct LogSource: Source {
    static let name = "log"
    static let cadence = Cadence.look

    struct Reading: Sendable {
        let dropped: UInt64
        /// When the agent began, in seconds since the Unix epoch.
        let began: Double
    }

    static let rows: [Row<Reading>] = [Row(JournalFollowing.droppedLogs) { $0.dropped }]

    static func start(in reading: Reading) -> Double? { reading.began }

    private let count: @Sendable () -> UInt64
    private let began: Double

    init?(_ subject: HostSubject) {
        guard let count = subject.droppedLogs else { return nil }
        self.count = count
        began = subject.work.began
    }

    func read(at now: Moment) throws(LinuxError) -> Reading { Reading(dropped: count(), began: began) }
}
