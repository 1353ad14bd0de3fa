package import AgentMetrics
import ApusLimits
import Synchronization

/// How one probe stands: its last attempt, its last answer, and what has failed since it was set.
package struct ProbeStanding: Sendable, Equatable {
    package var declaration: ProbeDeclaration
    /// Whether the last attempt had its answer in time; `nil` before the first one, and false while the probe is overdue.
    package var isUp: Bool?
    /// Whether the agent has let two of the probe's turns pass since its last attempt, as it is said by ``at(_:)``.
    package private(set) var isOverdue = false
    /// Seconds that the last attempt took.
    package var duration: Double?
    /// What the last answer said; `nil` while there is none, and once an attempt has failed after it without one that can be served.
    package var figures: ProbeFigures?
    /// When the last answer came: CLOCK_MONOTONIC in nanoseconds.
    package var answeredAt: UInt64?
    /// Whether it was told that a part of what is asked has no answer.
    private var isKnownToLack = false
    /// Attempts that have failed, or a part of them, by reason.
    package var failures: [ProbeFailureReason: UInt64] = [:]
    /// Why the last attempt that failed did.
    package var lastFailure: ProbeFailure?
    /// When the last attempt ended, or the probe was set: CLOCK_MONOTONIC in nanoseconds.
    package var endedAt: UInt64
    /// When it came to be up or down: CLOCK_MONOTONIC in nanoseconds.
    package var changedAt: UInt64
    /// When the failures began to be counted, in seconds since the Unix epoch.
    package let began: Double

    package init(_ declaration: ProbeDeclaration, at now: UInt64, began: Double) {
        self.declaration = declaration
        endedAt = now
        changedAt = now
        self.began = began
    }

    /// The standing at a moment: a probe that nobody has asked for two of its turns is down, whatever its last attempt said, as it
    /// would be up for ever where the agent itself cannot ask any more.
    package func at(_ now: UInt64) -> ProbeStanding {
        guard isOverdue(at: now) else { return self }
        var standing = self
        standing.isOverdue = true
        standing.isUp = false
        standing.figures = nil
        return standing
    }

    private func isOverdue(at now: UInt64) -> Bool {
        let longest = declaration.interval * 2 + declaration.timeout + ProbeLimits.firstAttempts.value
        return now > endedAt && .nanoseconds(Int64(clamping: now - endedAt)) > longest
    }
}

/// How all probes of an agent stand. The schedule writes it, and expositions read it, from any thread.
package final class ProbeBook: Sendable {
    private struct State {
        /// In order of their identities.
        var standings: [ProbeStanding] = []
        var places: [ProbeID: Int] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// What an attempt has changed, for a line of the log.
    package enum Change: Sendable, Equatable {
        /// The probe was up, or not asked yet.
        case down
        /// The probe was down for so many seconds.
        case up(after: Double)
        /// A part of what is asked has no answer any more, or not yet, while the others have theirs.
        case lacking(ProbeFailure)
    }

    /// How all probes stand at a moment, in order of their identities.
    ///
    /// - Parameter now: CLOCK_MONOTONIC in nanoseconds.
    package func all(at now: UInt64) -> [ProbeStanding] { state.withLock { $0.standings }.map { $0.at(now) } }

    /// How one probe stands; `nil` where there is none.
    package func standing(of id: ProbeID, at now: UInt64) -> ProbeStanding? {
        state.withLock { state in state.places[id].map { state.standings[$0] } }?.at(now)
    }

    /// The probes that the agent does not ask at their turns, in order of their identities.
    package func overdue(at now: UInt64) -> [ProbeID] { all(at: now).filter(\.isOverdue).map(\.declaration.id) }

    /// How many probes are down.
    package func down(at now: UInt64) -> Int { all(at: now).count { $0.isUp == false } }

    /// Keeps these probes and forgets all others. What has failed of a probe stays counted when what it asks has changed; all else that is known
    /// of the former one does not stay.
    package func keep(_ declarations: [ProbeDeclaration], at now: UInt64, realtime: Double) {
        state.withLock { state in
            let former = state
            state = State()
            for declaration in declarations.sorted(by: { $0.id < $1.id }) {
                let known = former.places[declaration.id].map { former.standings[$0] }
                var standing = ProbeStanding(declaration, at: now, began: known?.began ?? realtime)
                if let known, known.declaration.asksSame(as: declaration) {
                    standing = known
                    // A longer interval or time makes no answer of before overdue.
                    if !known.declaration.isSame(as: declaration) { standing.endedAt = now }
                    standing.declaration = declaration
                } else if let known {
                    standing.failures = known.failures
                }
                state.places[declaration.id] = state.standings.count
                state.standings.append(standing)
            }
        }
    }

    /// Takes note of how an attempt has ended.
    ///
    /// - Parameter seconds: that it took; `nil` where none was begun.
    /// - Returns: whether the probe has come to be up or down.
    package func note(
        _ result: Result<ProbeFigures, ProbeFailure>, of id: ProbeID, seconds: Double?, at now: UInt64
    ) -> Change? {
        state.withLock { state in
            guard let place = state.places[id] else { return nil }
            return state.standings[place].note(result, seconds: seconds, at: now)
        }
    }
}

extension ProbeStanding {
    fileprivate mutating func note(
        _ result: Result<ProbeFigures, ProbeFailure>, seconds: Double?, at now: UInt64
    ) -> ProbeBook.Change? {
        let (former, since) = (isUp, changedAt)
        endedAt = now
        if let seconds { duration = seconds }
        switch result {
        case .success(let answer):
            isUp = true
            figures = answer
            answeredAt = now
            guard let gap = answer.failures.first else {
                isKnownToLack = false
                break
            }
            failures[gap.reason, default: 0] += 1
            lastFailure = gap
            if former != false, !isKnownToLack {
                isKnownToLack = true
                if former == nil { changedAt = now }
                return .lacking(gap)
            }
        case .failure(let failure):
            isUp = false
            isKnownToLack = false
            figures = failure.figures
            failures[failure.reason, default: 0] += 1
            lastFailure = failure
        }
        guard former != isUp else { return nil }
        changedAt = now
        switch (former, isUp) {
        case (false, true): return .up(after: Double(now - min(now, since)) / 1e9)
        case (_, false): return .down
        default: return nil
        }
    }
}
