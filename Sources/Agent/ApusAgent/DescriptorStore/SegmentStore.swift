import AgentMetrics
package import ApusLimits
package import ApusSystemd
package import Logging
import Synchronization

/// Lets the service manager keep the segments of all instances, so that they outlive the agent (sd_notify(3), FDSTORE=1).
///
/// The manager tells nobody what it keeps, and drops what is past FileDescriptorStoreMax=: an instance that is not kept is served
/// again when it reports again. It is told in turns, never waited for, and of no more in a second than
/// ``DescriptorStoreLimits/rate``: it has all other services to look after.
package final class SegmentStore: Sendable {
    let notifier: ServiceNotifier
    let logger: Logger
    private let work: AgentWork
    /// How long a report has to last before it is kept, in nanoseconds.
    let age: UInt64
    private let throttle = LogThrottle<String>(pause: .seconds(600), burst: 1)
    let state = Mutex(State())

    struct State {
        /// The number of the last name that was given.
        var number: UInt64 = 0
        /// Names that the manager is to forget.
        var removals: [String] = []
        /// The messages that may be sent now, and when that was: CLOCK_MONOTONIC in nanoseconds.
        var allowance = Double(DescriptorStoreLimits.rate.value)
        var allowedAt: UInt64 = 0
        /// Since when messages wait.
        var waitingSince: UInt64?
        fileprivate var hasFailed = false
        /// The mark that the manager keeps until what was taken back has done no harm.
        var mark: (descriptor: Int32, name: String)?
    }

    /// - Parameter age: how long a process has to report before its segment is kept.
    package init(
        notifier: ServiceNotifier, work: AgentWork, age: Duration = DescriptorStoreLimits.age.value, logger: Logger
    ) {
        self.notifier = notifier
        self.work = work
        self.age = UInt64(max(0, age / .nanoseconds(1)))
        self.logger = logger
    }

    static let prefix = "instance-"

    /// Has the manager keep a segment, if it takes the message at once.
    ///
    /// - Parameter segment: stays the caller's to close; the manager gets a copy.
    /// - Returns: nil when the manager could not be told.
    func keep(_ record: InstanceRecord, segment: Int32, _ file: FileIdentity) -> StoredInstance? {
        let number = state.withLock { $0.number } + 1
        let name = "\(Self.prefix)\(number)"
        guard let stored = StoredInstance(name: name, record: record, segment: file),
            stored.withDescriptor({ send([.storeDescriptors(name: name)], [$0, segment]) })
        else { return nil }
        state.withLock { $0.number = number }
        return stored
    }

    /// Has the manager forget, in a turn to come, an instance that has left, or whose place another segment has taken. An agent that
    /// finds it before that does not serve it.
    func remove(_ stored: StoredInstance) {
        stored.setVoid()
        remove(stored.name)
    }

    func remove(_ name: String) { state.withLock { $0.removals.append(name) } }

    /// Tells the manager what is due, as much of it as the rate allows and as it takes at once.
    package func turn(_ storages: [InstanceStorage], at now: Moment) {
        let claims = storages.compactMap { $0.claim(olderThan: age, at: now.monotonic) }
        let most = state.withLock { state in
            let rate = Double(DescriptorStoreLimits.rate.value)
            state.allowance = min(rate, state.allowance + rate * now.seconds(since: state.allowedAt))
            state.allowedAt = now.monotonic
            return Int(state.allowance)
        }
        let (sent, waiting) = tell(claims, atMost: most)
        let since = state.withLock { state in
            state.allowance -= Double(sent)
            state.waitingSince = waiting == 0 ? nil : state.waitingSince ?? now.monotonic
            return state.waitingSince
        }
        if let since, now.seconds(since: since) >= 30 { warn(claims, waiting, isRate: sent == most) }
    }

    /// Tells the manager all that it has not been told, also of reports that began just now.
    ///
    /// - Returns: whether something is left that it did not take.
    package func finish(_ storages: [InstanceStorage], at now: Moment) -> Bool {
        tell(storages.compactMap { $0.claim(olderThan: 0, at: now.monotonic) }, atMost: .max).waiting > 0
    }

    /// Sends what is to be forgotten, so that there is room, and then what is to be kept, of one user after the other.
    private func tell(_ claims: [InstanceStorage.Claim], atMost most: Int) -> (sent: Int, waiting: Int) {
        var sent = 0
        while sent < most, let name = state.withLock({ $0.removals.first }), send([.removeDescriptors(name: name)], []) {
            state.withLock { _ = $0.removals.removeFirst() }
            sent += 1
        }
        var left = claims.count
        if state.withLock({ $0.removals.isEmpty }) {
            for claim in Self.inTurns(claims) {
                guard sent < most, claim.storage.keep(in: self) else { break }
                sent += 1
                left -= 1
            }
        }
        let waiting = left + state.withLock { $0.removals.count }
        work.noteStore(sent: sent, waiting: waiting)
        return (sent, waiting)
    }

    /// The oldest of each user, then the second of each, and so on.
    private static func inTurns(_ claims: [InstanceStorage.Claim]) -> [InstanceStorage.Claim] {
        var counts: [UInt32: Int] = [:]
        let rounds = claims.sorted { $0.since < $1.since }.map { claim in
            counts[claim.uid, default: 0] += 1
            return (round: counts[claim.uid, default: 0], claim: claim)
        }
        return rounds.sorted { ($0.round, $0.claim.since) < ($1.round, $1.claim.since) }.map(\.claim)
    }

    private func warn(_ claims: [InstanceStorage.Claim], _ waiting: Int, isRate: Bool) {
        let reason =
            isRate
            ? "more begin and end than \(DescriptorStoreLimits.rate.value) a second: \(DescriptorStoreLimits.rate.remedy)"
            : "it reads nothing: \(DescriptorStoreLimits.stop.remedy)"
        guard throttle.admit(isRate ? "rate" : "manager") != nil else { return }
        let busiest = Dictionary(grouping: claims, by: \.uid).max { $0.value.count < $1.value.count }?.key
        logger.warning(
            "the service manager is told late which segments to keep: those do not outlive a restart of the agent",
            metadata: ["reason": "\(reason)", "waiting": "\(waiting)", "uid": "\(busiest.map { "\($0)" } ?? "none")"])
    }

    /// Whether the manager was told; what is wrong with it is logged once.
    ///
    /// - Parameter patience: how long a manager that reads nothing is waited for.
    func send(_ states: [NotifyState], _ descriptors: [Int32], within patience: Duration = .zero) -> Bool {
        do throws(NotifyError) {
            try notifier.send(states, descriptors: descriptors, within: patience)
            state.withLock { $0.hasFailed = false }
            return true
        } catch {
            if case .timedOut = error { return false }
            let isNews = state.withLock { state in
                defer { state.hasFailed = true }
                return !state.hasFailed
            }
            if isNews {
                logger.warning("segments do not outlive a restart of the agent", metadata: ["reason": "\(error)"])
            }
            return false
        }
    }
}
