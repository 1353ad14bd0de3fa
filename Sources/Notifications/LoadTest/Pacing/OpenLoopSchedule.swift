/// When each request of an open loop is due: `start + n / rate`, whatever the answers to earlier ones do.
///
/// A closed loop sends the next request when the last was answered, and so measures nothing while the target is slow. Here the time
/// a request waits to be sent, because the target or the sender is behind, is part of its latency.
package struct OpenLoopSchedule: Sendable, Hashable {
    /// The rate of requests, per second.
    package let rate: Double
    /// The number of requests.
    package let count: Int

    package init(rate: Double, duration: Duration) {
        self.rate = rate
        count = max(1, Int((rate * (duration / .seconds(1))).rounded()))
    }

    /// Says when a request is due, since the start of the test.
    package func due(_ index: Int) -> Duration { .seconds(Double(index) / rate) }
}
