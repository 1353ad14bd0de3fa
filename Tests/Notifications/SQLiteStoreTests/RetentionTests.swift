import GRDB
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

@Suite(.timeLimit(.minutes(3))) struct `What has left the queue` {
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

    @Test func `is looked for without the writers' lock, as long as nothing is over`() async throws {
        let path = folder.path("notifications.sqlite")
        let store = try SQLiteNotificationStore(path: path, busyTimeout: .milliseconds(50), clock: { [time] in time.now })
        try await store.add(.samples(30))
        _ = try await store.record(try await store.claim(20, by: "host-1-a").notifications.map { $0.outcome(.delivered) })
        let retention = Retention(delivered: .seconds(3600), dead: .seconds(7200))
        #expect(try await store.beginRemoval(every: .seconds(30)))
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let writer = try DatabaseQueue(path: path, configuration: configuration)
        try await writer.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        // What was stored after the first that could be over is not looked at.
        #expect(try await store.removeEnded(retention, from: 0, limit: 7) == Removal(count: 0, next: nil))
        #expect(try await !store.beginRemoval(every: .seconds(30)))
        time.pass(.seconds(3601))
        await #expect(throws: StoreError.self) { try await store.removeEnded(retention, from: 0, limit: 7) }
        try await writer.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        #expect(try await removeAll(store, retention, window: 7) == 20)
        await store.close()
    }

    @Test func `is removed by one process at a time, and by another when that one has gone`() async throws {
        let stores = try (0..<3).map { _ in
            try SQLiteNotificationStore(path: folder.path("notifications.sqlite"), clock: { [time] in time.now })
        }
        #expect(try await stores[0].beginRemoval(every: .seconds(30)))
        for store in stores { #expect(try await !store.beginRemoval(every: .seconds(30))) }
        time.pass(.seconds(30))
        #expect(try await stores[2].beginRemoval(every: .seconds(30)))
        #expect(try await !stores[1].beginRemoval(every: .seconds(30)))
        // The clock is set back by a day.
        time.pass(.seconds(-86_400))
        #expect(try await stores[1].beginRemoval(every: .seconds(30)))
        for store in stores { await store.close() }
    }
}
