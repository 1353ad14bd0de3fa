import NotificationMetrics
package import NotificationStore

/// When a failed attempt is followed by another, as a list that people can read off and change.
///
/// A list tells an operator more than a formula does: with the standard one a notification gets six attempts, the last about 7 h 12 min after
/// the first.
package struct RetrySchedule: Hashable, Sendable {
    /// The delays after the first, the second, … failed attempt; after one more it is given up.
    package var delays: [Duration]
    /// How far a delay strays from the list, as a part of it, so that what failed together does not come back together.
    package var jitter: Double
    /// The longest Retry-After of a receiver that is respected.
    package var longestRetryAfter: Duration

    /// - Parameter jitter: 0 to 1.
    package init(delays: [Duration], jitter: Double = 0.1, longestRetryAfter: Duration = .seconds(6 * 3600)) {
        self.delays = delays
        self.jitter = jitter
        self.longestRetryAfter = longestRetryAfter
    }

    /// The standard schedule: 30 s, 2 min, 10 min, 1 h, 6 h.
    package static let standard = Self(delays: [.seconds(30), .seconds(120), .seconds(600), .seconds(3600), .seconds(6 * 3600)])

    /// The maximum number of attempts.
    package var attempts: Int { delays.count + 1 }

    /// The delay after a failed attempt; nil when it was the last.
    ///
    /// - Parameters:
    ///   - attempt: the number of the attempt, from 1.
    ///   - retryAfter: the delay that the receiver asked for. It is a lower bound: the list's delay stands when it is the longer one,
    ///     because a receiver that asks for one second each time would use up all attempts within a few.
    package func delay(
        afterAttempt attempt: Int, retryAfter: Duration? = nil, using generator: inout some RandomNumberGenerator
    ) -> Duration? {
        guard delays.indices.contains(attempt - 1) else { return nil }
        let delay = delays[attempt - 1]
        if let retryAfter = retryAfter.map({ min($0, longestRetryAfter) }), retryAfter > delay {
            // Never before the moment that the receiver has named.
            return retryAfter * Double.random(in: 1...(1 + jitter), using: &generator)
        }
        return delay * Double.random(in: (1 - jitter)...(1 + jitter), using: &generator)
    }
}

extension RetrySchedule {
    /// What is recorded of a failed attempt.
    ///
    /// - Parameters:
    ///   - attempt: the number of the attempt, from 1.
    ///   - now: the time from which the delay counts.
    package func result(
        of failure: DeliveryFailure, attempt: Int, now: Instant, using generator: inout some RandomNumberGenerator
    ) -> AttemptOutcome.Result {
        guard failure.reason != .permanent else { return .dead(error: failure.description) }
        guard let delay = delay(afterAttempt: attempt, retryAfter: failure.retryAfter, using: &generator) else {
            return .dead(error: "given up after \(attempt) attempts: \(failure.description)")
        }
        return .retry(at: now + delay, error: failure.description)
    }
}
