package import AgentMetrics
package import ApusJournal
package import ApusLinux
package import ApusProbes

/// Who has series, as its sources see it. What is said here does not change: when a life takes a turn, its sources are opened anew
/// with a new value.
protocol Subject: Sendable {
    /// The labels that all its series have, in the order in which they are served.
    var labels: [(String, String)] { get }
    /// Whether a process that it had has ended.
    var hasEnded: Bool { get }
}

/// An instance of a service: expected, or with a process that reports, or ended.
final class InstanceSubject: Subject {
    let identity: InstanceIdentity
    /// The process that lives and reports; `nil` when none does, and of what reports over HTTP.
    private let sight: ProcessSight?
    /// What is reported, which outlives the process; `nil` before the first report.
    let report: (any InstanceReport)?
    /// What the process has handed over; `nil` where it reports in another way.
    let segment: ReportedSegment?
    /// The rule by which it counts as hung.
    let hangs: HangJudge
    /// Nanoseconds between two turns of the sampling loop.
    let interval: UInt64
    /// The sockets of the machine; `nil` where they are not read.
    let sockets: SocketSurvey?
    /// How the pages of instances answer.
    let scrapes: ScrapeBook

    var labels: [(String, String)] { identity.labels }
    var hasEnded: Bool { process?.hasEnded ?? false }
    /// Whether it lives and reports, its process seen or not.
    let isAlive: Bool
    /// The process that lives; `nil` also when nothing of it can be seen.
    var process: WatchedProcess? { if case .watched(let process) = sight { process } else { nil } }

    /// The process that lives, for what is read of it; `nil` when none does.
    ///
    /// - Throws: ``LinuxError/unseen(_:)`` of one that cannot be seen.
    func watched() throws(LinuxError) -> WatchedProcess? {
        switch sight {
        case nil: return nil
        case .watched(let process): return process
        case .unseen(let error): throw error
        }
    }

    /// - Parameter isAlive: where no process says so.
    init(
        _ identity: InstanceIdentity, process sight: ProcessSight? = nil, report: (any InstanceReport)? = nil,
        isAlive: Bool? = nil, hangs: HangJudge, interval: UInt64, sockets: SocketSurvey? = nil, scrapes: ScrapeBook
    ) {
        self.identity = identity
        self.sight = sight
        self.report = report
        self.isAlive = isAlive ?? (sight != nil)
        segment = report as? ReportedSegment
        self.hangs = hangs
        self.interval = interval
        self.sockets = sockets
        self.scrapes = scrapes
    }
}

/// The host that an agent runs on, and the agent itself: what is not of one instance, and has no labels of a target.
package struct HostSubject: Subject {
    /// The agent's own process.
    let process: WatchedProcess?
    /// The kernel's files on the machine.
    let root: KernelRoot
    let work: AgentWork
    /// How many instances the agent knows.
    let instances: @Sendable () -> Int
    /// How many processes of groups are not watched, as there are too many.
    package var unwatchedProcesses: @Sendable () -> Int = { 0 }
    /// How many control groups of groups are not watched.
    package var unwatchedControlGroups: @Sendable () -> Int = { 0 }
    /// How many groups without a process were forgotten before their time.
    package var forgottenGroups: @Sendable () -> UInt64 = { 0 }
    /// Why sockets of processes are not read, once for each such process.
    package var socketGaps: @Sendable () -> [SocketGap] = { [] }
    /// Whether what the agent's files say now is what it goes by.
    package var configuration: @Sendable () -> ConfigurationStanding = { ConfigurationStanding() }
    /// What has been counted of each journal; `nil` where none is followed.
    package var journals: (@Sendable (Moment) -> [FollowedJournal])?
    /// The units whose journal entries count; `nil`: all.
    package var journalUnits: Set<String>?
    package var patterns: [JournalPattern] = []
    /// What systemd said of units; `nil` where none are watched.
    package var units: (@Sendable (Moment) -> WatchedUnits)?
    /// How all probes stand; `nil` where no file could name any.
    package var probes: (@Sendable (Moment) -> [ProbeStanding])?
    /// Messages of the agent's own log that were dropped; `nil` where nobody counts them.
    package var droppedLogs: (@Sendable () -> UInt64)?

    let labels: [(String, String)] = []
    // The agent's own process is there while it asks.
    let hasEnded = false

    package init(
        process: WatchedProcess?, root: KernelRoot = .live, work: AgentWork, instances: @escaping @Sendable () -> Int
    ) {
        self.process = process
        self.root = root
        self.work = work
        self.instances = instances
    }

    /// Has the processes counted whose sockets are not read: one that reports, and is in a group, once.
    package mutating func countSocketGaps(of table: InstanceTable, _ groups: ProcessGroups?) {
        socketGaps = { Array(table.socketGaps.merging(groups?.socketGaps ?? [:]) { first, _ in first }.values) }
    }
}

/// The journal's counts at a moment, and how far the following has come.
package struct FollowedJournal: Sendable {
    /// The namespace that its series have as a label; `nil` of the system's journal, and of one that is followed alone.
    package var namespace: String?
    /// `nil` until all entries up to the agent's start are counted.
    package var counts: JournalCounts?
    /// Whether the journal is open and has files.
    package var isOpen: Bool
    /// Whether the last look for entries found none that were not counted.
    package var isAtEnd: Bool
    /// Seconds since the follower last looked; `nil` before the first time.
    package var age: Double?
    /// When the newest counted entry was received, in seconds since the Unix epoch; `nil` where there is none.
    package var newest: Double?
    package var files: JournalFileFigures

    /// Whether it is read, and all entries up to the agent's start are counted.
    var isWell: Bool { isOpen && counts != nil }

    package init(
        counts: JournalCounts?, isOpen: Bool, isAtEnd: Bool, age: Double?, newest: Double?,
        files: JournalFileFigures = JournalFileFigures()
    ) {
        self.counts = counts
        self.isOpen = isOpen
        self.isAtEnd = isAtEnd
        self.age = age
        self.newest = newest
        self.files = files
    }
}

extension FollowedJournal {
    /// - Parameter namespace: that its series have as a label.
    init(_ follower: JournalFollower, namespace: String?, at now: Moment) {
        let progress = follower.progress()
        self.init(
            counts: follower.snapshot(), isOpen: progress.isOpen, isAtEnd: progress.isAtEnd,
            age: progress.lastLook.map { now.seconds(since: $0) },
            newest: progress.lastEntry.map { Double($0) / 1e6 }, files: progress.files)
        self.namespace = namespace
    }
}

/// What systemd said last of the watched units.
package struct WatchedUnits: Sendable {
    package var snapshot: UnitSnapshot
    /// Seconds since systemd answered last; `nil` before the first time.
    package var age: Double?
    /// Units that are watched by their name, whether they exist or not.
    package var expected: Set<String>

    package init(snapshot: UnitSnapshot, age: Double?, expected: Set<String>) {
        self.snapshot = snapshot
        self.age = age
        self.expected = expected
    }
}

extension WatchedUnits {
    init(_ watcher: UnitWatcher, at now: Moment) {
        let snapshot = watcher.snapshot()
        self.init(
            snapshot: snapshot, age: snapshot.lastAnswer.map { now.seconds(since: $0) }, expected: watcher.expected)
    }
}
