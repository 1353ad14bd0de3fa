/// How a worker takes notifications off the queue and delivers them.
package struct WorkerConfiguration: Hashable, Sendable {
    /// The maximum number of notifications per claim.
    package var batchSize = 50
    /// How long a claimed notification is this worker's; a lease is renewed after a third of that.
    package var lease: Duration = .seconds(300)
    /// The time between two looks at an empty queue, a fifth more or less at random, so that workers spread out.
    package var pollInterval: Duration = .seconds(5)
    /// The number of places for attempts under way; an attempt that waits for more than a second for an answer gives its place back.
    package var concurrency = 16
    /// How long an attempt may take when the lease is long enough; see ``attemptLimit``.
    package var attemptTimeout: Duration = .seconds(10)
    /// How long an outcome waits for others to be recorded with.
    package var flushInterval: Duration = .milliseconds(100)
    /// How long a graceful stop waits for attempts under way.
    package var drainLimit: Duration = .seconds(8)
    /// When a failed attempt is followed by another.
    package var retries: RetrySchedule = .standard

    package init() {}

    /// How long a graceful stop may take: attempts, then their outcomes are recorded and the other notifications given back.
    package var stopLimit: Duration { drainLimit + .seconds(5) }

    /// How long an attempt may take in fact: half the lease at most, so that one can begin at any time before a renewal is due.
    package var attemptLimit: Duration { min(attemptTimeout, lease / 2) }
}
