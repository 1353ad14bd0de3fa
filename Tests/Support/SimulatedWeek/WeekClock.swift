import ApusAgent
import Synchronization

/// The clocks of the week.
final class WeekClock: Sendable {
    private let passed = Mutex<UInt64>(0)

    var now: Moment {
        let passed = passed.withLock { $0 }
        return Moment(
            monotonic: 5_000_000_000_000 + passed, sinceBoot: 7_200_000_000_000 + passed,
            realtime: 1_764_007_200 + Double(passed) / 1e9)
    }

    var agent: AgentClock { AgentClock(now: { self.now }, stopwatch: { 0 }) }

    func pass(_ duration: Duration) { passed.withLock { $0 += UInt64(duration / .nanoseconds(1)) } }
}
