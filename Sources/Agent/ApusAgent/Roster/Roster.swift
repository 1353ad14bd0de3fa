import AgentMetrics
import ApusJournal
import ApusLinux
import Synchronization

/// What the agent knows of every instance and every group of processes at the last turn of the sampling loop, with the hour
/// before.
///
/// The loop fills it; whoever asks is answered from memory, and reads nothing of the kernel's. Documents are made when they
/// are asked for, and once a
/// turn.
final class Roster: Sendable {
    private let table: InstanceTable
    private let groups: GroupTable?
    private let journal: JournalWatch?
    private let watcher: UnitWatcher?
    private let process: WatchedProcess?
    let facts: Facts
    /// How the probes are; `nil` of an agent without any.
    let probes: (@Sendable (Moment) -> [ProbeSight])?
    private let state: Mutex<State>
    private let texts = Mutex<[Bool: RosterText]>([:])

    /// What does not change while the agent runs.
    struct Facts: Sendable {
        var host = OwnNames.hostname
        /// Another one at each start.
        let boot = String(UInt64.random(in: .min ... .max), radix: 16)
        /// Seconds.
        let interval: Double
        /// When the agent began, in seconds since the Unix epoch.
        let began: Double
    }

    private struct State {
        var history: History
        var turn: Turn?
        var window: SampleWindow
    }

    /// What one turn of the sampling loop saw.
    struct Turn: Sendable {
        /// It rises by one from turn to turn.
        let number: UInt64
        let moment: Moment
        /// In the order of their names.
        let subjects: [SubjectSight]
        /// When the newest point of the history was made.
        let historyTime: Double?
        /// The agent's own process.
        let own: StatSource.Reading?
        /// What ``LifeChanges`` had counted before the subjects were looked at.
        let changes: UInt64
    }

    init(
        table: InstanceTable, groups: GroupTable?, journal: JournalWatch?, watcher: UnitWatcher?, process: WatchedProcess?,
        work: AgentWork, interval: Duration, probes: (@Sendable (Moment) -> [ProbeSight])? = nil
    ) {
        self.table = table
        self.groups = groups
        self.journal = journal
        self.watcher = watcher
        self.process = process
        self.probes = probes
        facts = Facts(interval: interval / .seconds(1), began: work.began)
        state = Mutex(
            State(
                history: History(interval: interval), turn: nil,
                window: SampleWindow(interval: UInt64(max(1, interval / .nanoseconds(1))))))
    }

    /// A turn of the sampling loop, after everything was sampled.
    func turn(at now: Moment) {
        let changes = table.lives.count
        var sights = sights(at: now)
        let sample = process.flatMap { try? $0.sample(at: now.monotonic) }
        state.withLock { [process] state in
            state.history.take(sights.lazy.map(\.point), at: now.realtime)
            for place in sights.indices { sights[place].standing = state.history.standing(of: sights[place].identity) }
            var own: StatSource.Reading?
            if let sample, let process {
                own = state.window.reading(sample, startTime: process.startTime, uptime: process.uptime(at: now.sinceBoot))
                state.window.tick(sample)
            }
            state.turn = Turn(
                number: (state.turn?.number ?? 0) + 1, moment: now,
                subjects: sights, historyTime: state.history.newest,
                own: own, changes: changes)
        }
    }

    /// Looks again at who lives, where somebody has come or gone since the last turn; nothing is read of the kernel's, and the history has
    /// its points at turns alone.
    ///
    /// - Returns: whether there is anything new.
    func refresh(at now: Moment) -> Bool {
        let changes = table.lives.count
        guard let former = current, former.changes != changes else { return false }
        var sights = sights(at: now)
        // Both are in the order of their names.
        var known = former.subjects[...]
        for place in sights.indices {
            let (state, identity) = (sights[place].state, sights[place].identity)
            known = known.drop { $0.identity < identity }
            let before = known.first.flatMap { $0.identity == identity ? $0 : nil }
            sights[place].standing =
                before?.state == state
                ? before?.standing
                : History.Standing(state: state, since: now.realtime, restarts: before?.standing?.restarts ?? 0)
        }
        return state.withLock { state in
            // A turn that came meanwhile has seen as much.
            guard let turn = state.turn, turn.number == former.number else { return false }
            state.turn = Turn(
                number: turn.number + 1, moment: turn.moment, subjects: sights, historyTime: turn.historyTime, own: turn.own,
                changes: changes)
            return true
        }
    }

    /// Instances, and groups that no instance shares its name with, in the order of their names.
    private func sights(at now: Moment) -> [SubjectSight] {
        // Against the order of scrapes (``InstanceTable/unordered``).
        var sights: [SubjectSight] = table.instances.reversed().map { $0.sight(isScraped: table.isScraped($0.identity)) }
        sights.reverse()
        if let groups {
            var watched = Dictionary(groups.sights(at: now).map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
            for place in sights.indices {
                guard let group = watched.removeValue(forKey: sights[place].identity) else { continue }
                sights[place].unite(group)
            }
            if !watched.isEmpty {
                sights += watched.values
                sights.sort { $0.identity < $1.identity }
            }
        }
        return sights
    }

    /// The last turn; `nil` before the first.
    var current: Turn? { state.withLock { $0.turn } }

    /// The hour, for a reader who takes his time: the loop does not wait for him.
    var history: History { state.withLock { $0.history } }

    /// The last turn as text, made once for all who ask.
    ///
    /// - Parameters:
    ///   - withMessages: whether the texts of the journal's entries are told.
    ///   - status: that of the agent, asked for where a text is made.
    /// - Returns: `nil` before the first turn.
    func text(withMessages: Bool, status: () -> HealthDocument.Status) -> RosterText? {
        guard let turn = current else { return nil }
        if let text = texts.withLock({ $0[withMessages] }), text.number == turn.number { return text }
        let text = RosterText(
            turn, facts, status: status(), step: history.step, events: lastEvents(withMessages: withMessages),
            probes: probes?(turn.moment))
        texts.withLock { $0[withMessages] = text }
        return text
    }

    /// Lets go of texts that nobody has asked for.
    func forgetTexts() { texts.withLock { $0 = [:] } }

    private func lastEvents(withMessages: Bool) -> UnitEvents {
        UnitEvents(journals: journal?.snapshots ?? [], units: watcher?.snapshot().units ?? [], withMessages: withMessages)
    }

    /// What is known of the units of instances.
    struct UnitEvents {
        private let journals: [JournalCounts]
        private let units: [String: UnitState]
        let withMessages: Bool

        init(journals: [(namespace: String?, counts: JournalCounts?)], units: [UnitState], withMessages: Bool) {
            self.journals = journals.compactMap(\.counts)
            self.units = Dictionary(units.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            self.withMessages = withMessages
        }

        func state(of unit: String) -> UnitState? { units[unit] }

        /// The newest error that the journal has of a unit.
        func lastError(of unit: String) -> JournalLastError? {
            journals.compactMap { $0.errors(of: unit).first }.max { $0.realtime < $1.realtime }
        }
    }
}
