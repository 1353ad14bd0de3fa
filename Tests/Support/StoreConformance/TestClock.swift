package import NotificationStore
import Synchronization

/// The clock of a store, which stands until it is told to go on.
package final class TestClock: Sendable {
    package static let start = Instant(milliseconds: 1_800_000_000_000)

    private let time = Mutex(TestClock.start)

    package init() {}

    package var now: Instant { time.withLock { $0 } }

    package func advance(by duration: Duration) { time.withLock { $0 = $0 + duration } }
}
