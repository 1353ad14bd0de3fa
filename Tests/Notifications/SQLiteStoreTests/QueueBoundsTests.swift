import GRDB
import HostTesting
import NotificationStore
import SQLiteStore
import StoreConformance
import Synchronization
import Testing

/// One client's queue is bounded, and so is everybody's, and what waits can always leave.
@Suite(.timeLimit(.minutes(3))) struct `A queue with bounds` {
    let place: SQLitePlace
    let clock = TestClock()

    init() throws { place = try SQLitePlace() }

    private func open(_ bounds: QueueBounds) throws -> SQLiteNotificationStore {
        try SQLiteNotificationStore(path: place.path, bounds: bounds, clock: { [clock] in clock.now })
    }

    private func of(_ user: String, _ count: Int, body: String = "b") -> [NewNotification] {
        (0..<count).map { NewNotification(userID: user, channel: .log, title: "\($0)", body: body) }
    }

    private func refusal(
        _ store: SQLiteNotificationStore, _ notifications: [NewNotification], key: IdempotencyKey? = nil
    ) async -> EnqueueRefusal? {
        do throws(StoreError) {
            _ = try await store.enqueue(notifications, idempotency: key)
            return nil
        } catch {
            guard case .refused(let refusal) = error else {
                Issue.record("\(error)")
                return nil
            }
            return refusal
        }
    }

    @Test func `refuses a user with too much in it, and nobody else, until some of it has left`() async throws {
        let store = try open(QueueBounds(userWaiting: 5))
        #expect(await refusal(store, of("noisy", 4)) == nil)
        let refused = await refusal(store, of("quiet", 1) + of("noisy", 2))
        #expect(refused?.owner == .user("noisy"))
        #expect(refused?.reason == "4 notifications of the user wait, of 5 at most (--user-queue-limit)")
        #expect(try await store.counts().pending == 4, "a batch is stored as a whole or not at all")
        #expect(await refusal(store, of("noisy", 1)) == nil)
        #expect(await refusal(store, of("noisy", 1))?.owner == .user("noisy"))
        #expect(await refusal(store, of("quiet", 5)) == nil)
        // What is leased still waits; what is delivered or given up does not.
        let claim = try await store.claim(4)
        #expect(await refusal(store, of("noisy", 1))?.owner == .user("noisy"))
        let mine = claim.notifications.filter { $0.notification.userID == "noisy" }
        let results: [AttemptOutcome.Result] = [.delivered, .dead(error: "e")]
        #expect(try await store.record(zip(mine, results).map { $0.outcome($1) }).isEmpty)
        #expect(await refusal(store, of("noisy", 3))?.owner == .user("noisy"))
        #expect(await refusal(store, of("noisy", 2)) == nil)
        await store.close()
    }

    @Test func `refuses a user with too many bytes in it`() async throws {
        let store = try open(QueueBounds(userBytes: 1000))
        #expect(await refusal(store, of("noisy", 1, body: String(repeating: "é", count: 400))) == nil)
        #expect(await refusal(store, of("noisy", 1, body: String(repeating: "é", count: 400)))?.owner == .user("noisy"))
        #expect(await refusal(store, of("noisy", 1, body: "short")) == nil)
        #expect(await refusal(store, of("quiet", 1, body: String(repeating: "é", count: 400))) == nil)
        await store.close()
    }

    @Test func `refuses everybody once it is full, and answers what was accepted before all the same`() async throws {
        let store = try open(QueueBounds(waiting: 6))
        let key = IdempotencyKey(key: "k", fingerprint: "f")
        let first = of("a", 3)
        #expect(await refusal(store, first, key: key) == nil)
        #expect(await refusal(store, of("b", 3)) == nil)
        let refused = await refusal(store, of("c", 1))
        #expect(refused == EnqueueRefusal(owner: .queue, reason: "6 notifications wait, of 6 at most (--queue-limit)"))
        #expect(try await store.enqueue(of("a", 3), idempotency: key) == .replayed(first.map(\.id)))
        #expect(await refusal(store, []) == nil)
        await store.close()
    }

    @Test func `leaves the last of the disk to outcomes, by which it shrinks`() async throws {
        let free = Mutex(40 << 20)
        let store = try open(QueueBounds(reserve: 32 << 20, freeSpace: { _ in free.withLock { $0 } }))
        #expect(await refusal(store, of("a", 10)) == nil)
        free.withLock { $0 = 32 << 20 }
        #expect(await refusal(store, of("b", 1))?.owner == .disk)
        let claim = try await store.claim()
        #expect(try await store.record(claim.notifications.map { $0.outcome(.delivered) }).isEmpty)
        #expect(try await store.counts().delivered == 10)
        free.withLock { $0 = 40 << 20 }
        #expect(await refusal(store, of("b", 1)) == nil)
        await store.close()
    }

    @Test func `takes more as soon as what was delivered is removed, although no file becomes smaller`() async throws {
        let free = Mutex(60 << 20)
        let store = try open(QueueBounds(freeSpace: { _ in free.withLock { $0 } }))
        for _ in 0..<4 { try await store.add(of("a", 500, body: String(repeating: "x", count: 2000))) }
        while case let claim = try await store.claim(500), !claim.notifications.isEmpty {
            #expect(try await store.record(claim.notifications.map { $0.outcome(.delivered) }).isEmpty)
        }
        free.withLock { $0 = 32 << 20 }
        #expect(await refusal(store, of("b", 1))?.owner == .disk)
        #expect(try await store.tidy(largestLog: .max).room == 0)
        clock.advance(by: .seconds(10))
        let retention = Retention(delivered: .seconds(1), dead: nil)
        #expect(try await store.removeEnded(retention, from: 0, limit: 5000).count == 2000)
        let room = try present(try await store.tidy(largestLog: .max).room)
        #expect(room > 4_000_000)
        #expect(await refusal(store, of("b", 100)) == nil)
        // The log of writes needs the disk itself.
        free.withLock { $0 = 16 << 20 }
        #expect(await refusal(store, of("c", 1))?.owner == .disk)
        await store.close()
    }

    @Test(arguments: [(0, 604_800), (1, 302_400), (3, 75_600), (7, 4725), (8, 3600), (100, 3600)])
    func `on a disk that is nearly full keeps what was delivered for half as long each time`(halvings: Int, seconds: Int) {
        let hour = Duration.seconds(3600)
        let retention = Retention(delivered: hour * 168, dead: hour * 720)
        #expect(
            retention.shortened(halvings, shortest: hour) == Retention(delivered: .seconds(seconds), dead: hour * 720))
        #expect(
            Retention(delivered: nil, dead: nil).shortened(halvings, shortest: hour) == Retention(delivered: nil, dead: nil))
        #expect(Retention(delivered: .seconds(9), dead: nil).shortened(halvings, shortest: hour).delivered == .seconds(9))
    }

    @Test func `leaves as much of the disk to others as one user has of it`() async throws {
        // A disk of a megabyte, of which each byte that waits takes one.
        let taken = Mutex(0)
        let store = try open(QueueBounds(reserve: 0, freeSpace: { _ in taken.withLock { (1 << 20) - $0 } }))
        func fill(_ user: String) async -> Int {
            var count = 0
            while await refusal(store, of(user, 1, body: String(repeating: "x", count: 10_000))) == nil, count < 1000 {
                taken.withLock { $0 += 10_000 }
                count += 1
            }
            return count
        }
        let counts = [await fill("a"), await fill("b"), await fill("c")]
        #expect((45...55).contains(counts[0]), "\(counts)")
        #expect((20...30).contains(counts[1]), "\(counts)")
        #expect((10...16).contains(counts[2]), "\(counts)")
        #expect(await refusal(store, of("a", 1, body: String(repeating: "x", count: 10_000)))?.owner == .user("a"))
        await store.close()
    }

    @Test func `knows how much of whom waits, whatever becomes of it`() async throws {
        let store = try open(QueueBounds())
        for user in 0..<5 {
            var batch = of("user-\(user)", 8, body: String(repeating: "é", count: user * 100))
            for index in batch.indices where index % 3 == 0 { batch[index].deliverAt = clock.now + .seconds(index) }
            try await store.add(batch)
        }
        try await check()
        for round in 0..<12 {
            let claim = try await store.claim(9, by: "host-\(round)-a")
            let results: [AttemptOutcome.Result] = [
                .delivered, .dead(error: "e"), .retry(at: clock.now + .seconds(4), error: "e"),
                .deferred(for: .seconds(2), reason: "r"),
            ]
            let ended = claim.notifications.prefix(6).enumerated().map { $1.outcome(results[($0 + round) % 4]) }
            _ = try await store.record(ended)
            _ = try await store.release(claim.leases.suffix(2))
            try await check()
            if round % 3 == 2 { _ = try await store.releaseAll(ownerPrefix: "host-\(round)-") }
            clock.advance(by: .seconds(round % 4 == 3 ? 40 : 1))
            try await check()
        }
        let database = try DatabaseQueue(path: place.path)
        try await database.write { db in
            // By hand, as an operator does.
            try db.execute(sql: "UPDATE notifications SET status = 'pending' WHERE status = 'dead'")
            try db.execute(sql: "DELETE FROM notifications WHERE status = 'pending' AND title = '1'")
        }
        try database.close()
        try await check()
        await store.close()
    }

    /// Compares what the store keeps of users with what is queued.
    private func check() async throws {
        let database = try DatabaseQueue(path: place.path)
        let (known, counted, queued, late) = try await database.read { db in
            let columns = "user_id, waiting, bytes"
            return (
                try Row.fetchAll(db, sql: "SELECT \(columns) FROM queue_users ORDER BY user_id"),
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT user_id, count(*) AS waiting,
                            sum(length(CAST(user_id || title || body || coalesce(webhook_url, '') AS BLOB))) AS bytes
                        FROM notifications WHERE status IN ('pending', 'processing') GROUP BY user_id ORDER BY user_id
                        """),
                try Int.fetchOne(db, sql: "SELECT value FROM counters WHERE name = 'queued'"),
                try String.fetchAll(
                    db,
                    sql: """
                        SELECT u.user_id FROM queue_users u JOIN notifications n USING (user_id)
                        WHERE n.status = 'pending' AND n.deaths = 0 AND u.turn IS NULL AND (u.due_at IS NULL OR u.due_at > n.due_at)
                        """)
            )
        }
        try database.close()
        #expect(known == counted)
        #expect(queued == counted.reduce(0) { $0 + ($1["waiting"] as Int) })
        #expect(late == [], "they would never have a turn")
    }
}
