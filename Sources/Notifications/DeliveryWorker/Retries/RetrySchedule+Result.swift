import NotificationMetrics
package import NotificationStore

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
