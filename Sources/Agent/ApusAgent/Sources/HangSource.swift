import AgentMetrics
import ApusLinux
import ApusMetrics

/// Whether an instance's process lives but hangs, by its heartbeat and by the lags of its executors.
struct HangSource: Source {
    static let name = "hang"
    static let cadence = Cadence.look
    static let rows: [Row<Hang?>] = [Row(ServiceState.hung) { $0 == nil ? 0 : 1 }]

    /// `nil` where nothing of the process can be seen.
    private let process: WatchedProcess?
    private let segment: ReportedSegment
    private let judge: HangJudge
    private var isHung = false

    init?(_ subject: InstanceSubject) {
        guard subject.isAlive, let segment = subject.segment else { return nil }
        process = subject.process
        self.segment = segment
        judge = subject.hangs
    }

    /// Asks nothing of the kernel but of a process that seems to hang.
    mutating func read(at now: Moment) throws(LinuxError) -> Hang? {
        segment.refresh()
        let sign = segment.signOfLife(at: now.monotonic)
        let hang: Hang?
        if judge.isSilent(for: sign.stillness, at: now.monotonic, wasHung: isHung) {
            hang = .silent(seconds: Double(sign.age) / 1e9, state: try state(at: now))
        } else {
            hang = judge.blocked(segment.values(of: Scheduling.lag.name))
        }
        isHung = hang != nil
        return hang
    }

    /// `nil` where the process cannot be looked at.
    private func state(at now: Moment) throws(LinuxError) -> UInt8? {
        do {
            return try process?.sample(at: now.monotonic).state
        } catch  where !error.isProcessGone {
            return nil
        }
    }
}
