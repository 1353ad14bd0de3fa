package import AgentMetrics
import ApusLinux
import ApusMetrics
import ApusSegment
import NIOCore
import Synchronization

/// One process that reports, has reported or is expected to, with all that the agent keeps of it.
///
/// Sampling and scrapes meet here and nowhere else, under a lock that is held for one reading of the kernel's files, or while a segment
/// is taken on. Who holds the table's lock asks nothing of an instance but its standing, which has a lock of its own.
package final class KnownInstance: Sendable {
    package let identity: InstanceIdentity
    /// What all instances of an agent have in common.
    private let rules: Rules
    private let isExpected = Atomic<Bool>(false)
    let state: Mutex<State>
    /// What the service manager keeps of it.
    package let storage = InstanceStorage()
    /// Who holds the name, or held it last, and where the instance is in its life: a copy, whose lock is held for no longer than it
    /// takes to make one.
    private let standing = Mutex<(reporter: ReportPeer?, life: Life)>((nil, .awaited))
    /// What the log says already of the instance.
    private let told = Mutex<Set<String>>([])
    /// Its own labels, rendered once.
    let subjectLabels: [UInt8]

    /// A class, as each of thousands of instances refers to it.
    final class Rules: Sendable {
        let hangs: HangJudge
        let sources: SourceSelection<InstanceSubject>
        /// Nanoseconds between two turns of the sampling loop.
        let interval: UInt64
        let sockets: SocketSurvey?
        /// Series of one instance past this number are not served.
        let seriesLimit: Int
        /// The memory for series, of all instances together.
        let budget: SeriesBudget
        let root: KernelRoot
        /// Nanoseconds; see ``DescriptorStoreLimits/age``.
        let storedAge: UInt64
        /// How the pages of instances answer.
        let scrapes: ScrapeBook
        let lives: LifeChanges

        init(
            hangs: HangJudge, sources: SourceSelection<InstanceSubject>, interval: UInt64, sockets: SocketSurvey?,
            seriesLimit: Int,
            budget: SeriesBudget, root: KernelRoot, storedAge: UInt64, scrapes: ScrapeBook, lives: LifeChanges
        ) {
            self.hangs = hangs
            self.sources = sources
            self.interval = interval
            self.sockets = sockets
            self.seriesLimit = seriesLimit
            self.budget = budget
            self.root = root
            self.storedAge = storedAge
            self.scrapes = scrapes
            self.lives = lives
        }
    }

    struct State {
        var life = Life.awaited
        var subject: InstanceSubject
        var readings: SourceReadings<InstanceSubject>
        /// Which file the segment is.
        var file: FileIdentity?
        /// Who reported under the name last.
        var reporter: ReportPeer?
    }

    /// Where an instance is in its life.
    enum Life: Equatable {
        /// No process has reported under its name.
        case awaited
        /// A process lives. The connection is 0 while it has not come back to an agent that has restarted.
        case alive(connection: Int)
        /// The process has ended, at a moment of CLOCK_MONOTONIC.
        case ended(at: UInt64)
    }

    init(_ identity: InstanceIdentity, _ rules: Rules, at now: Moment) {
        self.identity = identity
        self.rules = rules
        let subject = InstanceSubject(
            identity, hangs: rules.hangs, interval: rules.interval, sockets: rules.sockets, scrapes: rules.scrapes)
        var readings = SourceReadings(rules.sources, labels: identity.labels)
        subjectLabels = readings.subject
        // Without a process there is none that could have ended.
        try? readings.open(subject, at: now)
        state = Mutex(State(subject: subject, readings: readings))
    }

    /// Whether it is served as down for as long as it does not report.
    func expect(_ expected: Bool) { isExpected.store(expected, ordering: .relaxed) }

    /// Takes on the process behind a connection. A segment that it has handed over before goes on being read where it is.
    ///
    /// - Parameter segment: the descriptor of its segment; stays the caller's to close.
    /// - Throws: `SegmentError`; the instance is then as it was.
    func attach(
        _ process: ProcessSight, of reporter: ReportPeer, segment: Int32, connection: Int, at now: Moment
    ) throws(SegmentError) {
        try state.withLock { state throws(SegmentError) in
            let file = FileIdentity(segment)
            var reported = state.subject.segment
            if reported == nil || state.file == nil || state.file != file {
                reported = ReportedSegment(
                    reader: try SegmentReader(descriptor: segment), identity: identity, limit: rules.seriesLimit,
                    budget: rules.budget)
                state.file = file
            }
            state.reporter = reporter
            turn(&state, to: .alive(connection: connection), process, reported, at: now)
        }
    }

    /// Takes on what an earlier run of the agent left, as ``InstanceTable/restore(_:segment:at:)`` has it.
    ///
    /// - Throws: `SegmentError`; the instance is then as it was.
    func restore(_ stored: StoredInstance, segment: Int32, at now: Moment) throws(SegmentError) {
        let record = stored.record
        try state.withLock { state throws(SegmentError) in
            let reader = try SegmentReader(descriptor: segment)
            let heartbeat = reader.heartbeat
            let reported = ReportedSegment(
                reader: reader, identity: identity, limit: rules.seriesLimit, budget: rules.budget)
            state.file = stored.segment
            storage.restore(stored)
            state.reporter = ReportPeer(pid: record.pid, uid: record.uid ?? ReportPeer.unknownUser)
            if record.endedAt == 0, let process = try? WatchedProcess(pid: record.pid, root: rules.root),
                process.startTicks == record.startTicks, (try? process.sample(at: now.monotonic)) != nil
            {
                turn(&state, to: .alive(connection: 0), .watched(process), reported, at: now)
            } else {
                // It ended while nobody looked: its last sign of life is nearest to the truth.
                let end = min(now.monotonic, record.endedAt == 0 ? heartbeat : record.endedAt)
                turn(&state, to: .ended(at: end), nil, reported, at: now)
            }
        }
    }

    /// Takes in what the instance has sent of itself, in place of what it sent before.
    ///
    /// Who sends it is no process that could be watched: it lives for as long as it goes on sending.
    func receive(_ report: ReceivedReport, of reporter: ReportPeer, at now: Moment) {
        state.withLock { state in
            state.reporter = reporter
            if let received = state.subject.report as? ReceivedMetrics, received.owner == reporter.uid {
                received.replace(with: report, at: now)
                if state.subject.isAlive { return }
                turn(&state, to: .alive(connection: 0), nil, received, isAlive: true, at: now)
            } else {
                let received = ReceivedMetrics(
                    report, identity: identity, owner: reporter.uid, limit: rules.seriesLimit, budget: rules.budget, at: now)
                state.file = nil
                turn(&state, to: .alive(connection: 0), nil, received, isAlive: true, at: now)
            }
        }
    }

    /// Ends the life of what has sent its own end.
    func stopReceiving(at now: Moment) {
        state.withLock { state in
            if state.subject.report is ReceivedMetrics { end(&state, at: now) }
        }
    }

    /// Whether it reports, or has reported, over HTTP.
    var isReceived: Bool { state.withLock { $0.subject.report is ReceivedMetrics } }

    /// A turn of its life: all sources are opened anew for what it is now.
    private func turn(
        _ state: inout State, to life: Life, _ process: ProcessSight?, _ report: (any InstanceReport)?,
        isAlive: Bool? = nil, at now: Moment
    ) {
        state.life = life
        standing.withLock { [reporter = state.reporter] in $0 = (reporter, life) }
        // It is told again once the sources are read, for which the kernel may take its time.
        rules.lives.note()
        state.subject = InstanceSubject(
            identity, process: process, report: report, isAlive: isAlive, hangs: rules.hangs, interval: rules.interval,
            sockets: rules.sockets, scrapes: rules.scrapes)
        do throws(ProcessGone) { try state.readings.open(state.subject, at: now) } catch { end(&state, at: now) }
        rules.lives.note()
    }

    private func end(_ state: inout State, at now: Moment) {
        guard state.subject.isAlive else { return }
        turn(&state, to: .ended(at: now.monotonic), nil, state.subject.report, at: now)
        storage.end(at: now.monotonic, unlessOlderThan: rules.storedAge)
    }

    /// Reads what the body says; the end of the process is the end of the life.
    func read(_ state: inout State, at now: Moment, _ body: (inout State) throws(ProcessGone) -> Void) {
        // Most have a segment, and a cast costs.
        if state.subject.segment == nil, let received = state.subject.report as? ReceivedMetrics, received.isStale(at: now) {
            end(&state, at: now)
        }
        do throws(ProcessGone) { try body(&state) } catch { end(&state, at: now) }
    }

    /// Has the service manager keep what is reported here, in place of what it has kept so far.
    func keep(_ record: InstanceRecord, in store: SegmentStore, at now: Moment) {
        state.withLock { state in
            guard let segment = state.subject.segment, let file = state.file else { return }
            storage.want(record, of: segment, file, at: now.monotonic, from: store)
            if case .ended(let moment) = state.life { storage.end(at: moment, unlessOlderThan: rules.storedAge) }
        }
    }

    /// Takes in what is reported and writes it once, for nobody: what ends the agent does so here, most likely.
    ///
    /// - Parameters:
    ///   - limit: how many samples are written, about.
    ///   - isEnough: asked between two pieces; the rest is left to whoever comes next.
    /// - Returns: how many samples were written.
    @discardableResult
    package func rehearse(samples limit: Int, until isEnough: () -> Bool) -> Int {
        guard let segment else { return 0 }
        while segment.hasMore, !isEnough() { segment.refresh() }
        var written = 0
        var encoder = ExpositionEncoder(format: .text004)
        var readings = SeriesTable.Readings()
        var piece = ByteBuffer()
        for family in segment.reported(alive: true) {
            let each = family.samplesPerSeries(createdSeries: false)
            var next = 0
            while next < family.seriesCount {
                guard written < limit, !isEnough() else { return written }
                let end = family.write(from: next, before: family.seriesCount, readings: &readings, to: &encoder, &piece)
                encoder.removeAll(keepingCapacity: true)
                piece.clear()
                written += (end - next) * each
                next = end
            }
        }
        return written
    }

    /// Whether there is or was a process.
    var hasReported: Bool { state.withLock { $0.subject.report != nil } }

    /// Whether a process lives and reports under the name: the kernel's word at this moment, where the process can be seen.
    var isAlive: Bool {
        let subject = state.withLock { $0.subject }
        return subject.isAlive && !subject.hasEnded
    }

    /// Who holds the name, or held it last, and where the instance is in its life; `nil` when nobody did.
    var holding: (by: ReportPeer?, life: Life) { standing.withLock { ($0.reporter, $0.life) } }

    /// When its process began, in ticks since the machine's boot; `nil` where none is seen.
    var startTicks: UInt64? { state.withLock { $0.subject.process?.startTicks } }

    /// The user that the log throttles lines on the instance by; `nil` of what has never reported.
    var uid: UInt32? { holding.by?.uid }

    /// Whether the configuration names it.
    var isAwaited: Bool { isExpected.load(ordering: .relaxed) }

    /// The connection has ended, and with it the reporting. The last counts stay; an older connection's end changes nothing.
    package func detach(connection: Int, at now: Moment) {
        state.withLock { state in
            guard case .alive(connection) = state.life else { return }
            end(&state, at: now)
        }
    }

    /// Whether the instance ended longer ago than `retention` nanoseconds and is not expected back.
    func hasExpired(retention: UInt64, at now: Moment) -> Bool {
        guard !isExpected.load(ordering: .relaxed) else { return false }
        return switch holding.life {
        case .awaited: true
        case .alive: false
        case .ended(let moment): now.monotonic > moment && now.monotonic - moment > retention
        }
    }

    /// What it still takes once it has ended longer than `grace` nanoseconds ago and is not expected back.
    func ended(grace: UInt64, at now: Moment) -> EndedInstance? {
        guard hasExpired(retention: grace, at: now), let report else { return nil }
        return EndedInstance(identity: identity, owner: report.owner, bytes: report.memory)
    }

    /// Facts of one instance that the log tells.
    static let mostTold = 20

    /// Takes note of a fact that the log is to tell once. The facts of one instance are bounded, as names in them come from outside.
    func tellOnce(_ fact: String) -> Telling {
        told.withLock { told in
            guard told.count <= Self.mostTold, told.insert(fact).inserted else { return .told }
            return told.count <= Self.mostTold ? .new : .tooMany
        }
    }

    enum Telling {
        case new
        case told
        /// One more than the log tells of an instance, this once.
        case tooMany
    }

    /// What is reported, whether the instance lives or has ended.
    var report: (any InstanceReport)? { state.withLock { $0.subject.report } }
    /// The segment, whether its process lives or has ended; `nil` where the instance reports in another way.
    var segment: ReportedSegment? { state.withLock { $0.subject.segment } }

}
