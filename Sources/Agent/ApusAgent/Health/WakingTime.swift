/// How long the agent itself has run without a pause, by turns that come every second.
///
/// What stopped the agent may have stopped the services too: a machine that was paused, a frozen cgroup. Only time in which the
/// agent ran is evidence against a service.
package struct WakingTime: Sendable {
    /// A turn that comes later than this, in nanoseconds, ends a pause.
    private static let longestGap: UInt64 = 3_000_000_000

    private var since: UInt64
    private var last: UInt64

    /// - Parameter now: CLOCK_MONOTONIC in nanoseconds, as are all times here.
    package init(at now: UInt64) {
        since = now
        last = now
    }

    package mutating func turn(at now: UInt64) {
        if isPause(at: now) { since = now }
        last = max(last, now)
    }

    /// Nanoseconds; 0 when the next turn is overdue.
    package func span(at now: UInt64) -> UInt64 { isPause(at: now) ? 0 : now - min(now, since) }

    private func isPause(at now: UInt64) -> Bool { now > last + Self.longestGap }
}
