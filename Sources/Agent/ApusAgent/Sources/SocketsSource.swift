import AgentMetrics
import ApusLimits
import ApusLinux
import ApusMetrics
import Glibc

/// The sockets of an instance's process: /proc/PID/fd and sock_diag(7), at each turn of the sampling loop; only with `--socket-budget`.
///
/// Where the descriptors may not be seen, they are those that were made in the control group of its unit or container.
struct SocketsSource: Source {
    static let name = "sockets"
    static let cadence = Cadence.scrape

    struct Reading: Sendable {
        /// `nil` where they are not known.
        let figures: SocketFigures?
        /// Seconds since they were read.
        let age: Double
        /// Why they are not read; `nil` where they are.
        let gap: SocketGap?
    }

    static let rows: [Row<Reading>] = SocketFigures.rows { $0.figures }

    private let process: WatchedProcess
    private let survey: SocketSurvey
    /// Nanoseconds between two turns of the sampling loop.
    private let interval: UInt64
    private var sockets = ProcessSockets()
    private var last: (figures: SocketFigures?, at: UInt64)?
    /// When they were looked for last: CLOCK_MONOTONIC in nanoseconds.
    private var triedAt: UInt64?

    init?(_ subject: InstanceSubject) throws(LinuxError) {
        guard let survey = subject.sockets, let process = try subject.watched() else { return nil }
        self.process = process
        self.survey = survey
        interval = subject.interval
    }

    mutating func read(at now: Moment) throws(LinuxError) -> Reading {
        // A turn may begin a little sooner after the one before.
        if triedAt.map({ now.monotonic - min(now.monotonic, $0) >= interval / 10 * 9 }) ?? true {
            triedAt = now.monotonic
            try look(at: now)
        }
        return Reading(figures: last?.figures, age: last.map { now.seconds(since: $0.at) } ?? 0, gap: sockets.gap)
    }

    private mutating func look(at now: Moment) throws(LinuxError) {
        guard !process.hasEnded else { throw .read(path: process.folder, code: ESRCH) }
        // One more than may be read, so that too many are seen to be.
        let files = try? ProcessDescriptors.count(
            of: process, countingAtMost: SamplingLimits.socketDescriptors.value + 1)
        sockets.read(process, openFiles: files?.number, in: survey, at: now)
        let path = (try? process.controlGroups()).flatMap(\.ownGroup)
        let tree = ControlGroupTree(process.root)
        // Whether its descriptors have their turn or not: the turns of lists and of control groups are others.
        if let namespace = sockets.namespace { survey.relist([namespace: process.folder], at: now) }
        let numbers = path.map { [survey.numbers(of: $0, in: tree, at: now)] } ?? []
        // There was no time for it: what it had before stands, and grows old.
        guard sockets.inodes != nil || sockets.isForbidden || sockets.gap != nil else { return }
        defer { sockets.forget() }
        var union = SocketUnion(survey, controlGroups: numbers, at: now)
        let gap = union.add(sockets, of: process)
        sockets.miss(gap)
        if let gap { survey.tell(gap, of: process.pid) }
        last = (union.figures, now.monotonic)
    }

    func age(of reading: Reading) -> Double? { reading.age }
}
