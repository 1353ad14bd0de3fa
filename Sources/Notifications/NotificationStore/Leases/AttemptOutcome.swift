/// How an attempt under a lease ended.
package struct AttemptOutcome: Hashable, Sendable {
    package enum Result: Hashable, Sendable {
        case delivered
        /// It failed, and is due again at a later moment.
        case retry(at: Instant, error: String)
        /// It failed for good.
        case dead(error: String)
        /// It was not tried: no attempt is counted or logged, and it is due again so long after it is recorded.
        case deferred(for: Duration, reason: String)
    }

    package var lease: Lease
    package var result: Result
    package var startedAt: Instant
    package var duration: Duration

    package init(lease: Lease, result: Result, startedAt: Instant, duration: Duration) {
        self.lease = lease
        self.result = result
        self.startedAt = startedAt
        self.duration = duration
    }
}
