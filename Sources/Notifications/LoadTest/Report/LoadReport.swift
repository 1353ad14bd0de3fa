/// The result of a load test.
///
/// Latencies are in milliseconds, times in seconds. The names of the properties are the keys of the JSON form.
package struct LoadReport: Sendable, Hashable, Codable {
    /// The rate of requests per second, as asked for.
    package let rate: Double
    /// How long requests were to be sent.
    package let durationSeconds: Double
    package let users: Int
    package let apis: [String]
    /// Whether the test was stopped before all its requests were sent.
    package let interrupted: Bool

    package let sent: Int
    package let accepted: Int
    package let failed: Int
    package let failures: [String: Int]
    package let dropped: Int
    package let delivered: Int
    package let duplicates: Int
    package let dead: Int
    package let lost: Int
    package let unacknowledged: Int
    package let errorRate: Double

    /// The rate of accepted requests per second, over the time in which requests were sent and answered.
    package let acceptedPerSecond: Double
    /// The rate of delivered notifications per second, from the start to the last delivery.
    package let deliveredPerSecond: Double

    /// The latency from the time a request was due to its answer.
    package let enqueue: LatencySummary
    /// The latency from the time a request was really sent to its answer.
    package let service: LatencySummary
    /// The latency from the time a request was due to the arrival of its notification.
    package let delivery: LatencySummary

    package let thresholds: LoadThresholds
    package let missed: [ThresholdMiss]
    package let passed: Bool

    package init(plan: LoadPlan, accounts: LoadAccounts, thresholds: LoadThresholds, interrupted: Bool) {
        rate = plan.rate
        durationSeconds = plan.duration / .seconds(1)
        users = plan.users
        apis = plan.apis
        self.interrupted = interrupted
        sent = accounts.sent
        accepted = accounts.accepted
        failed = accounts.failed
        failures = accounts.failures
        dropped = accounts.dropped
        delivered = accounts.delivered
        duplicates = accounts.duplicates
        dead = accounts.dead
        lost = accounts.lost
        unacknowledged = accounts.unacknowledged
        errorRate = accounts.errorRate
        // A test that sends all it should in less than its duration, the last request being due one interval before its end, has
        // reached its rate.
        let sending = interrupted ? accounts.lastAnswer : max(accounts.lastAnswer, plan.duration)
        acceptedPerSecond = Self.perSecond(accounts.accepted, sending)
        deliveredPerSecond = Self.perSecond(
            accounts.delivered, interrupted ? accounts.lastDelivery : max(accounts.lastDelivery, plan.duration))
        enqueue = accounts.enqueue.summary
        service = accounts.service.summary
        delivery = accounts.delivery.summary
        self.thresholds = thresholds
        missed = thresholds.misses(in: accounts)
        passed = missed.isEmpty
    }

    private static func perSecond(_ count: Int, _ time: Duration) -> Double {
        time > .zero ? Double(count) / (time / .seconds(1)) : 0
    }
}
