import ApusThreads
import ApusJournal
import ApusLimits
import ApusLinux
import Logging
import ServiceLifecycle
import Synchronization

/// Follows journals, each on a thread of its own, until the agent stops, and saves their places then.
final class JournalWatch: Service {
    private let configuration: JournalFollowerConfiguration
    private let notify: @Sendable (JournalNotice) -> Void
    private let logger: Logger
    /// Keeps other agents from the counts for as long as this agent runs.
    private let lock: FolderLock
    private let state: Mutex<State>

    /// A journal that is followed, on a thread of its own.
    private struct Followed {
        let namespace: String?
        let follower: JournalFollower
        let thread: ThreadService

        init(_ namespace: String?, _ follower: JournalFollower) {
            self.namespace = namespace
            self.follower = follower
            thread = ThreadService(name: "apus-journal") { wake in follower.run(until: wake) }
        }
    }

    private struct State {
        var followed: [Followed]
        var choice: JournalChoice
        var roll: JournalNamespaceRoll?
        var excess: [String] = []
    }

    /// The time between two looks for namespaces that have come.
    private static let look = Duration.seconds(5)

    /// - Throws: ``AgentError/stateInUse(_:process:)``, ``AgentError/stateUnusable(_:reason:)``.
    init(_ configuration: JournalFollowerConfiguration, logger: Logger) throws(AgentError) {
        self.configuration = configuration
        self.logger = logger
        lock = try Self.hold(configuration.statePath)
        // Whoever writes into a journal could cause any number of them.
        let throttle = LogThrottle<String>(pause: .seconds(600), burst: 3)
        let notify: @Sendable (JournalNotice) -> Void = { notice in
            guard let omitted = throttle.admit(notice.subject) else { return }
            var metadata: Logger.Metadata = ["state": "\(configuration.statePath)"]
            if omitted > 0 { metadata["omitted"] = "\(omitted)" }
            logger.warning("\(notice)", metadata: metadata)
        }
        self.notify = notify
        let namespaces = configuration.namespaces
        var roll = namespaces.map { JournalNamespaceRoll($0) }
        let first = roll?.look(namespaces?.present ?? [])
        let names = (namespaces?.names ?? []) + (first?.begin ?? [])
        var followed: [Followed] = []
        if namespaces?.includesSystem ?? true {
            followed.append(Followed(nil, JournalFollower(configuration.following(nil), notify: notify)))
        }
        followed += names.map { Followed($0, JournalFollower(configuration.following($0), notify: notify)) }
        state = Mutex(State(followed: followed, choice: configuration.choice, roll: roll))
        tell(first?.excess ?? [])
    }

    private static func hold(_ statePath: String) throws(AgentError) -> FolderLock {
        let folder = statePath.lastIndex(of: "/").map { String(statePath[..<$0]) } ?? "."
        do throws(FolderLockError) { return try FolderLock(path: "\(folder)/agent.lock") } catch {
            if case .held(_, let pid) = error { throw .stateInUse(folder, process: pid) }
            throw .stateUnusable(folder, reason: error.description)
        }
    }

    /// What was counted of each journal, and how far its following has come.
    func journals(at now: Moment) -> [FollowedJournal] {
        served.map { FollowedJournal($0.follower, namespace: $0.namespace, at: now) }
    }

    /// What was counted of each journal; without counts while these are not complete.
    var snapshots: [(namespace: String?, counts: JournalCounts?)] {
        served.map { ($0.namespace, $0.follower.snapshot()) }
    }

    /// The journals, with the namespaces that series are told apart by.
    private var served: [(namespace: String?, follower: JournalFollower)] {
        let isSeveral = configuration.namespaces?.isSeveral ?? false
        return state.withLock { $0.followed }.map { (isSeveral ? $0.namespace : nil, $0.follower) }
    }

    /// Takes over which names are counted from now on.
    func choose(_ choice: JournalChoice) {
        let followed = state.withLock { state in
            state.choice = choice
            return state.followed
        }
        for one in followed { one.follower.choose(choice) }
    }

    func run() async throws {
        let (stream, followers) = AsyncStream.makeStream(of: Followed.self)
        for one in state.withLock({ $0.followed }) { followers.yield(one) }
        await withDiscardingTaskGroup { group in
            if configuration.namespaces?.includesAll ?? false {
                group.addTask {
                    await self.run("apus-journals", every: Self.look) { for one in self.find() { followers.yield(one) } }
                    followers.finish()
                }
            } else {
                followers.finish()
            }
            for await one in stream { group.addTask { await self.run(one) } }
        }
    }

    private func run(_ one: Followed) async {
        do throws(ThreadRefused) {
            try await one.thread.run()
            if let namespace = one.namespace { state.withLock { $0.roll?.ended(namespace) } }
        } catch {
            logger.error("\(one.follower.source) is not followed", metadata: ["reason": "\(error)"])
            if let namespace = one.namespace { state.withLock { $0.roll?.refused(namespace) } }
            // The rest of the agent goes on; the end of a service would end it.
            try? await gracefulShutdown()
        }
    }

    private func run(_ name: String, every interval: Duration, _ turn: @escaping @Sendable () -> Void) async {
        do throws(ThreadRefused) {
            try await ThreadService(name: name, every: interval, turn).run()
        } catch {
            logger.error("namespaces of the journal that come are not followed", metadata: ["reason": "\(error)"])
            try? await gracefulShutdown()
        }
    }

    /// Begins to follow the namespaces that have come, and ends what follows those that have gone.
    private func find() -> [Followed] {
        guard let present = configuration.namespaces?.present else { return [] }
        let (new, gone, excess) = state.withLock { state in
            let turn = state.roll?.look(present) ?? JournalNamespaceRoll.Turn()
            let gone = state.followed.filter { one in one.namespace.map { turn.end.contains($0) } ?? false }
            state.followed.removeAll { one in one.namespace.map { turn.end.contains($0) } ?? false }
            let new = turn.begin.map { namespace in
                var configuration = configuration.following(namespace, isNew: true)
                configuration.choice = state.choice
                return Followed(namespace, JournalFollower(configuration, notify: notify))
            }
            state.followed += new
            return (new, gone, turn.excess)
        }
        for one in gone {
            logger.notice("a namespace of the journal has gone", metadata: ["namespace": "\(one.namespace ?? "")"])
            // It saves its place, from which one of the same name goes on.
            one.thread.stop()
        }
        tell(excess)
        return new
    }

    private func tell(_ excess: [String]) {
        let isNew = state.withLock { state in
            defer { state.excess = excess }
            return !excess.isEmpty && excess != state.excess
        }
        if isNew { notify(.tooManyNamespaces(excess)) }
    }
}
