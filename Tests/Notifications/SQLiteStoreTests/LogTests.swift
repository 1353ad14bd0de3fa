import GRDB
import NotificationStore
import SQLiteStore
import StoreConformance
import Testing

/// What only SQL shows: the log of attempts and the counters.
@Suite struct `Log and counters` {
    let place: SQLitePlace
    let clock = TestClock()
    let store: any NotificationStore
    let database: DatabaseQueue

    init() throws {
        place = try SQLitePlace()
        store = try place.open(clock: clock)
        database = try DatabaseQueue(path: place.path)
    }

    @Test func `each attempt is logged with its lease, its owner and its end`() async throws {
        try await store.add(.samples(3))
        let claimed = try await store.claim(by: "host-1-a").notifications
        _ = try await store.record([
            claimed[0].outcome(.delivered), claimed[1].outcome(.retry(at: clock.now, error: "HTTP 503")),
            claimed[2].outcome(.dead(error: "HTTP 410")),
        ])
        let again = try present(try await store.claim(by: "host-2-b").notifications.first)
        _ = try await store.record([again.outcome(.delivered)])

        let log = try await database.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM delivery_attempts ORDER BY token").map { row in
                (0..<row.count).map { row[$0] as DatabaseValue }.map { "\($0)" }.joined(separator: "|")
            }
        }
        func line(_ claimed: ClaimedNotification, _ end: String) -> String {
            "\(claimed.lease.token)|\"\(claimed.notification.id)\"|\(end)"
        }
        let start = TestClock.start.milliseconds
        #expect(
            log == [
                line(claimed[0], "\"host-1-a\"|\(start)|12000|\"delivered\"|NULL"),
                line(claimed[1], "\"host-1-a\"|\(start)|12000|\"retry\"|\"HTTP 503\""),
                line(claimed[2], "\"host-1-a\"|\(start)|12000|\"dead\"|\"HTTP 410\""),
                line(again, "\"host-2-b\"|\(start)|12000|\"delivered\"|NULL"),
            ])
    }

    @Test func `counters are the truth after any change, by hand too`() async throws {
        try await store.add(.samples(60))
        let claimed = try await store.claim(40).notifications
        _ = try await store.record(
            claimed.enumerated().prefix(30).map { index, notification in
                switch index % 3 {
                case 0: notification.outcome(.delivered)
                case 1: notification.outcome(.dead(error: "e"))
                default: notification.outcome(.retry(at: clock.now, error: "e"))
                }
            })
        try await expectTrueCounts(StoreCounts(pending: 30, processing: 10, delivered: 10, dead: 10, attempts: 30))

        // A redrive and a removal, as an operator writes them.
        try await database.write { db in
            try db.execute(sql: "UPDATE notifications SET status = 'pending' WHERE status = 'dead'")
            try db.execute(sql: "DELETE FROM notifications WHERE status = 'delivered'")
            try db.execute(
                sql: """
                    INSERT INTO notifications (id, user_id, channel, title, body, status, due_at, created_at, updated_at)
                    VALUES ('x', 'u', 'log', 't', 'b', 'delivered', 0, 0, 0)
                    """)
        }
        try await expectTrueCounts(StoreCounts(pending: 40, processing: 10, delivered: 1, dead: 0, attempts: 20))
    }

    private func expectTrueCounts(_ expected: StoreCounts) async throws {
        #expect(try await store.counts() == expected)
        let counted = try await database.read { db in
            func count(_ status: String) throws -> Int {
                try Int.fetchOne(db, sql: "SELECT count(*) FROM notifications WHERE status = ?", arguments: [status]) ?? -1
            }
            return StoreCounts(
                pending: try count("pending"), processing: try count("processing"), delivered: try count("delivered"),
                dead: try count("dead"), attempts: try Int.fetchOne(db, sql: "SELECT count(*) FROM delivery_attempts") ?? -1)
        }
        #expect(counted == expected)
    }
}
