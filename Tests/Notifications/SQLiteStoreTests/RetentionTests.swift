import HostTesting
import NotificationStore
import SQLiteStore
import StoreConformance
import Synchronization
import Testing

/// A clock that stands until a test moves it.
private final class SetTime: Sendable {
    private let moment = Mutex(Instant(milliseconds: 1_700_000_000_000))

    var now: Instant { moment.withLock { $0 } }

    func pass(_ time: Duration) { moment.withLock { $0 = $0 + time } }
}

@Suite(.timeLimit(.minutes(1))) struct `What has left the queue` {
    let folder: TemporaryFolder
    private let time = SetTime()

    init() throws { folder = try TemporaryFolder() }

    private func removeAll(_ store: SQLiteNotificationStore, _ retention: Retention, window: Int) async throws -> Int {
        var (place, count) = (Int64?(0), 0)
        while let from = place {
            let step = try await store.removeEnded(retention, from: from, limit: window)
            count += step.count
            place = step.next
        }
        return count
    }

    @Test func `is removed after its time, the dead later, and nothing that is still to be delivered`() async throws {
        let store = try SQLiteNotificationStore(
            path: folder.path("notifications.sqlite"), clock: { [time] in time.now })
        let hour = Duration.seconds(3600)
        try await store.add(.samples(30))
        let claim = try await store.claim(20, by: "host-1-a")
        let outcomes = claim.notifications.enumerated().map { index, notification in
            notification.outcome(index < 12 ? .delivered : .dead(error: "410"))
        }
        _ = try await store.record(outcomes)
        let retention = Retention(delivered: hour, dead: hour * 10)
        #expect(try await removeAll(store, retention, window: 7) == 0)
        time.pass(hour * 2)
        #expect(try await removeAll(store, retention, window: 7) == 12)
        let counts = try await store.counts()
        #expect((counts.pending, counts.delivered, counts.dead, counts.attempts) == (10, 0, 8, 8))
        time.pass(hour * 20)
        #expect(try await removeAll(store, Retention(delivered: hour, dead: nil), window: 7) == 0)
        #expect(try await removeAll(store, retention, window: 7) == 8)
        #expect(try await store.counts().pending == 10)
        await store.close()
    }

    @Test func `leaves its idempotency key as long`() async throws {
        let store = try SQLiteNotificationStore(
            path: folder.path("notifications.sqlite"), clock: { [time] in time.now })
        let key = IdempotencyKey(key: "k", fingerprint: "f")
        let first = try await store.enqueue(.samples(1), idempotency: key)
        guard case .stored(let ids) = first else { return #expect(Bool(false), "it is new") }
        let retention = Retention(delivered: .seconds(3600), dead: nil)
        _ = try await store.removeEnded(retention, from: 0, limit: 10)
        #expect(try await store.enqueue(.samples(1), idempotency: key) == .replayed(ids))
        time.pass(.seconds(7200))
        _ = try await store.removeEnded(retention, from: 0, limit: 10)
        #expect(try await store.enqueue(.samples(1), idempotency: key) != .replayed(ids))
        await store.close()
    }
}
