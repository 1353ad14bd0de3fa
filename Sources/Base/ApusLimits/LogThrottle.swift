import Synchronization

/// Decides which lines of a log are written when somebody outside could cause any number of them.
///
/// Each key (a uid, an address, a name) may write a few lines at once and then one in a while. Keys past a bound share one allowance,
/// so that whoever invents keys throttles nobody but those who come as late.
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
        var shared: Allowance?
    }

    private let pause: Duration
    private let burst: Int
    private let mostKeys: Int
    private let state = Mutex(State())

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
    /// - Returns: how many lines of this key were left out since the last one that was written; nil when this one is to be left out.
    package func admit(_ key: Key, at now: ContinuousClock.Instant = .now) -> Int? {
        state.withLock { state in
            if state.allowances[key] == nil, state.allowances.count >= mostKeys {
                state.allowances = state.allowances.filter { !isFull($0.value, at: now) || $0.value.omitted > 0 }
            }
            guard state.allowances[key] != nil || state.allowances.count < mostKeys else {
                return take(from: &state.shared, at: now)
            }
            return take(from: &state.allowances[key], at: now)
        }
    }

    private func isFull(_ allowance: Allowance, at now: ContinuousClock.Instant) -> Bool {
        refilled(allowance, at: now) >= Double(burst)
    }

    private func refilled(_ allowance: Allowance, at now: ContinuousClock.Instant) -> Double {
        min(Double(burst), allowance.lines + max(0, allowance.last.duration(to: now) / pause))
    }

    private func take(from place: inout Allowance?, at now: ContinuousClock.Instant) -> Int? {
        var allowance = place ?? Allowance(lines: Double(burst), last: now)
        allowance.lines = refilled(allowance, at: now)
        allowance.last = max(allowance.last, now)
        defer { place = allowance }
        guard allowance.lines >= 1 else {
            allowance.omitted += 1
            return nil
        }
        allowance.lines -= 1
        defer { allowance.omitted = 0 }
        return allowance.omitted
    }
}
