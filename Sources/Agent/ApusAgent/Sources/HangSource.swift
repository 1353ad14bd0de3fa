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
    /// The state of a process that seems to hang, and when it was asked for; 0 where it is not known.
    private var known: (state: UInt8, at: UInt64) = (0, 0)

    init?(_ subject: InstanceSubject) {
        guard subject.isAlive, let segment = subject.segment else { return nil }
        process = subject.process
        self.segment = segment
        judge = subject.hangs
    }

    /// Asks nothing of the kernel but of a process that seems to hang.
    mutating func read(at now: Moment) throws(LinuxError) -> Hang? {
        let sign = segment.refreshedSignOfLife(at: now.monotonic)
        let hang: Hang?
        if judge.isSilent(for: sign.stillness, at: now.monotonic, wasHung: isHung) {
            hang = .silent(seconds: Double(sign.age) / 1e9, state: try state(at: now))
        } else {
            known = (0, 0)
            hang = judge.blocked(segment.values(of: Scheduling.lag.name))
        }
        isHung = hang != nil
        return hang
    }

    private static let stateAge: UInt64 = 900_000_000

    /// `nil` where the process cannot be looked at.
    private mutating func state(at now: Moment) throws(LinuxError) -> UInt8? {
        // Whoever looks more often than once a second shares one question.
        if known.state != 0, now.monotonic - min(now.monotonic, known.at) < Self.stateAge { return known.state }
        do {
            let state = try process?.state()
            known = (state ?? 0, now.monotonic)
            return state
        } catch  where !error.isProcessGone {
            return nil
        }
    }
}
