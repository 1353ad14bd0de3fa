import AgentMetrics
import ApusLinux
import ApusMetrics

/// How long ago the reporter in an instance's process gave a sign of life.
struct HeartbeatSource: Source {
    static let name = "heartbeat"
    static let cadence = Cadence.look
    /// Seconds.
    static let rows: [Row<Double>] = [Row(ServiceState.heartbeatAge) { $0 }]

    private let segment: ReportedSegment

    init?(_ subject: InstanceSubject) {
        guard subject.isAlive, let segment = subject.segment else { return nil }
        self.segment = segment
    }

    func read(at now: Moment) throws(LinuxError) -> Double { Double(segment.signOfLife(at: now.monotonic).age) / 1e9 }
}
