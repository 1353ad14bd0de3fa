/// How long a lease surely holds, by this process's own monotonic clock.
///
/// The store ends a lease a full duration after it granted it, by its own clock. That was after the request was sent, so that
/// counting from the sending errs on the safe side whatever the two clocks say; a margin covers clocks that run at different speeds.
package struct LeaseClock: Hashable, Sendable {
    /// The moment from which the holder must no longer rely on the lease.
    package let deadline: ContinuousClock.Instant
    /// The moment at which the lease is to be renewed: after a third of its duration, so that a renewal may fail twice.
    package let renewal: ContinuousClock.Instant

    /// - Parameters:
    ///   - sent: when the request to claim or to renew was sent.
    ///   - duration: what was asked for.
    package init(sent: ContinuousClock.Instant, duration: Duration) {
        deadline = sent + duration - Self.margin(of: duration)
        renewal = sent + duration / 3
    }

    /// The margin of a lease: a tenth of it, two seconds at most.
    package static func margin(of duration: Duration) -> Duration { min(duration / 10, .seconds(2)) }

    /// Whether the holder may rely on the lease.
    package func isHeld(at now: ContinuousClock.Instant) -> Bool { now < deadline }

    /// Whether something that takes up to `time` ends while the lease still holds when it begins now.
    package func leaves(_ time: Duration, at now: ContinuousClock.Instant) -> Bool { now + time <= deadline }
}
