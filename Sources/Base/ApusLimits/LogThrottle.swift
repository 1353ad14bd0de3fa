import Synchronization

/// Decides which lines of a log are written when somebody outside could cause any number of them.
///
/// Each key (a uid, an address, a name) may write a few lines at once and then one in a while. Keys past a bound share one allowance,
/// so that whoever invents keys throttles nobody but those who come as late; all keys together may write what twenty may.
///
/// ```swift
/// if let omitted = throttle.admit(uid) { logger.warning("a report was refused", metadata: ["omitted": "\(omitted)"]) }
/// ```
package final class LogThrottle<Key: Hashable & Sendable>: Sendable {
    private struct Allowance {
        var lines: Double
        var last: ContinuousClock.Instant
        var omitted = 0
    }

    private struct State {
        var allowances: [Key: Allowance] = [:]
        /// What keys past the bound may write together.
        var shared: Allowance?
        /// What all keys may write together.
        var all: Allowance?
        /// Lines left out whose keys have no allowance of their own, and which no line has told of.
        var omittedOfOthers = 0
    }

    private let pause: Duration
    private let burst: Int
    private let mostKeys: Int
    private let state = Mutex(State())

    /// How many keys' lines all of them may write together.
    private static var crowd: Int { 20 }

    /// - Parameters:
    ///   - pause: the time after which a key may write its next line.
    ///   - burst: how many lines a key may write at once.
    ///   - mostKeys: how many keys have an allowance of their own; those that could write at once again make room.
    package init(pause: Duration = .seconds(60), burst: Int = 5, mostKeys: Int = 256) {
        self.pause = pause
        self.burst = max(1, burst)
        self.mostKeys = mostKeys
    }

    /// Takes a line's place.
    ///
    /// - Returns: how many lines were left out that none has told of; nil when this one is to be left out.
    package func admit(_ key: Key, at now: ContinuousClock.Instant = .now) -> OmittedLines? {
        state.withLock { state in
            if state.allowances[key] == nil, state.allowances.count >= mostKeys { makeRoom(&state, at: now) }
            var all = refilled(state.all, times: Self.crowd, at: now)
            defer { state.all = all }
            guard state.allowances[key] != nil || state.allowances.count < mostKeys else {
                var shared = refilled(state.shared, at: now)
                defer { state.shared = shared }
                guard take(from: &shared, and: &all) else {
                    state.omittedOfOthers += 1
                    return nil
                }
                return told(of: 0, &state)
            }
            var own = refilled(state.allowances[key], at: now)
            defer { state.allowances[key] = own }
            guard take(from: &own, and: &all) else {
                own.omitted += 1
                return nil
            }
            defer { own.omitted = 0 }
            return told(of: own.omitted, &state)
        }
    }

    /// Forgets the keys that could write as many lines as at first; what they left out stays known as that of others.
    private func makeRoom(_ state: inout State, at now: ContinuousClock.Instant) {
        for (key, allowance) in state.allowances where refilled(allowance, at: now).lines >= Double(burst) {
            state.allowances[key] = nil
            state.omittedOfOthers += allowance.omitted
        }
    }

    private func told(of own: Int, _ state: inout State) -> OmittedLines {
        defer { state.omittedOfOthers = 0 }
        return OmittedLines(own: own, others: state.omittedOfOthers)
    }

    /// An allowance as it is after the time that has passed; a new one is full.
    private func refilled(_ place: Allowance?, times keys: Int = 1, at now: ContinuousClock.Instant) -> Allowance {
        let most = Double(burst * keys)
        var allowance = place ?? Allowance(lines: most, last: now)
        allowance.lines = min(most, allowance.lines + max(0, allowance.last.duration(to: now) / pause) * Double(keys))
        allowance.last = max(allowance.last, now)
        return allowance
    }

    private func take(from allowance: inout Allowance, and all: inout Allowance) -> Bool {
        guard allowance.lines >= 1, all.lines >= 1 else { return false }
        allowance.lines -= 1
        all.lines -= 1
        return true
    }
}

/// How many lines a ``LogThrottle`` left out that no line has told of; as text such as `3`, or `3, and 40 of others`.
package struct OmittedLines: Hashable, Sendable, Comparable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    /// Lines of the same key that were left out since the last one that was written.
    package let own: Int
    /// Lines of keys that are not remembered.
    package let others: Int

    package init(own: Int, others: Int = 0) {
        self.own = own
        self.others = others
    }

    package init(integerLiteral own: Int) { self.init(own: own) }

    package static func < (one: Self, other: Self) -> Bool {
        (one.own + one.others, one.own) < (other.own + other.others, other.own)
    }

    package var description: String { others == 0 ? "\(own)" : "\(own), and \(others) of others" }
}
