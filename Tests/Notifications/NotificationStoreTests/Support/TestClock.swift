import NotificationStore
import Synchronization

/// A clock that stands until it is told to go on.
final class TestClock: Sendable {
    static let start = Instant(milliseconds: 1_800_000_000_000)

    private let time = Mutex(TestClock.start)

    var now: Instant { time.withLock { $0 } }

    func advance(by duration: Duration) { time.withLock { $0 = $0 + duration } }
}
