/// Keeps a caller from asking something that fails again and again: closed while it works, open after so many failures in a row,
/// and then in pauses that grow (``Backoff``) until it works again.
///
/// A pure value: times of any clock and chance are given to it. It does not say who may try when a pause is over: one caller does
/// by nature, and several may as well, as each failure makes the next pause longer.
///
/// ```swift
/// var breaker = CircuitBreaker<ContinuousClock.Instant>(threshold: 3, backoff: Backoff(first: .seconds(1), longest: .seconds(60)))
/// if breaker.allows(now) {
///     do { try ask(); breaker.succeed() } catch { breaker.fail(at: now, using: &generator) }
/// }
/// ```
package struct CircuitBreaker<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    /// The failures in a row that open it, at least 1.
    package let threshold: Int
    /// The pause after a failure that does not open it.
    package let closedPause: Duration
    /// The pauses while it is open.
    package var backoff: Backoff
    /// The number of failures in a row.
    package private(set) var failures = 0
    /// The moment before which nothing is to be tried; `nil` while the last try succeeded.
    package private(set) var retryAt: Instant?

    /// - Parameter threshold: 1 opens it at the first failure.
    package init(threshold: Int, closedPause: Duration = .zero, backoff: Backoff) {
        self.threshold = max(1, threshold)
        self.closedPause = closedPause
        self.backoff = backoff
    }

    /// Whether so much has failed that little is tried.
    package var isOpen: Bool { failures >= threshold }

    /// Whether something may be tried now.
    package func allows(_ now: Instant) -> Bool { retryAt.map { now >= $0 } ?? true }

    /// Takes note of a failure, after which nothing is to be tried before ``retryAt``.
    package mutating func fail(at now: Instant, using generator: inout some RandomNumberGenerator) {
        failures += 1
        retryAt = now.advanced(by: isOpen ? backoff.fail(using: &generator) : closedPause)
    }

    /// Closes it, and forgets the failures.
    package mutating func succeed() {
        failures = 0
        retryAt = nil
        backoff.succeed()
    }
}
