import Glibc

/// Decides when the manager is told that the service lives (`WATCHDOG=1`): only after a given loop has turned again.
///
/// A timer that pings on its own would vouch for a hung loop. This value is told how often the loop has turned, by the loop itself or
/// by a timer that looks every ``lookInterval``, and says when a ping is due: when the loop turned since the last ping, at most once
/// per quarter of the timeout. Between two pings pass thus at most a turn and two quarters, so that a turn may last up to
/// half of the timeout (``allows(turn:)``).
///
/// ```swift
/// if watchdog.isPingDue(turns: loop.turns, at: now) { try notifier.send([.watchdog]) }
/// ```
package struct Watchdog: Sendable, Equatable {
    /// The time without a ping after which the manager ends the service (`WatchdogSec=`).
    package let timeout: Duration
    private var turnsAtPing: UInt64 = 0
    private var lastPing: Duration?

    package init(timeout: Duration) { self.timeout = timeout }

    /// Reads what the manager set (sd_watchdog_enabled(3)).
    ///
    /// - Parameters:
    ///   - microseconds: `WATCHDOG_USEC`.
    ///   - process: `WATCHDOG_PID`: the process that is meant; without it, any.
    /// - Returns: nil when no pings are asked of this process.
    /// - Throws: ``NotifyError/malformed(variable:value:)``.
    package init?(
        microseconds: String? = getenv("WATCHDOG_USEC").map { String(cString: $0) },
        process: String? = getenv("WATCHDOG_PID").map { String(cString: $0) }, ownProcess: Int32 = getpid()
    ) throws(NotifyError) {
        guard let microseconds else { return nil }
        guard let timeout = Int64(microseconds), timeout > 0 else {
            throw .malformed(variable: "WATCHDOG_USEC", value: microseconds)
        }
        if let process {
            guard let id = Int32(process), id > 0 else { throw .malformed(variable: "WATCHDOG_PID", value: process) }
            guard id == ownProcess else { return nil }
        }
        self.init(timeout: .microseconds(timeout))
    }

    /// How often a timer that pings on behalf of the loop has to look: a quarter of the timeout.
    package var lookInterval: Duration { timeout / 4 }

    /// Whether a loop with turns of this length pings in time.
    package func allows(turn: Duration) -> Bool { turn <= timeout / 2 }

    /// Whether the manager is to be pinged now; the answer true counts as done.
    ///
    /// - Parameters:
    ///   - turns: how often the loop has turned since its start; 0 means never, and is no sign of life.
    ///   - now: a time of any clock that goes on steadily.
    package mutating func isPingDue(turns: UInt64, at now: Duration) -> Bool {
        guard turns != turnsAtPing else { return false }
        // A timer fires a little late or early: a look that comes a tenth early is in time.
        if let lastPing, now - lastPing < lookInterval * 0.9 { return false }
        turnsAtPing = turns
        lastPing = now
        return true
    }
}
