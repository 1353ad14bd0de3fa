import GRDB
import HostTesting
import NotificationStore
import SQLiteStore
import StoreConformance
import Testing

/// A row that only another version can read, or that was damaged, concerns nobody but itself.
@Suite struct `A row that cannot be read` {
    let place: SQLitePlace
    let clock = TestClock()

    init() throws { place = try SQLitePlace() }

    private func change(_ set: String, where condition: String) async throws {
        let database = try DatabaseQueue(path: place.path)
        try await database.write { try $0.execute(sql: "UPDATE notifications SET \(set) WHERE \(condition)") }
        try database.close()
    }

    @Test(arguments: [
        ("channel = 'pigeon'", "notifications.channel holds pigeon"), ("id = 'no uuid'", "notifications.id holds no uuid"),
        ("attempts = -1", "notifications.attempts holds -1"),
        ("attempts = 9223372036854775807", "notifications.attempts holds 9223372036854775807"),
        ("id = upper(id)", "notifications.id holds"),
    ])
    func `is put aside alone, for a while, and never lost`(fault: String, text: String) async throws {
        let store = try place.open(clock: clock)
        try await store.add(.samples(4))
        try await change(fault, where: "title = '1'")

        let claim = try await store.claim()
        #expect(claim.titles == ["0", "2", "3"])
        #expect(claim.unreadable.count == 1)
        #expect(claim.unreadable.first?.hasPrefix(text) == true, "\(claim.unreadable)")
        #expect(try await store.counts().pending == 1, "it stays queued")
        #expect(try await store.claim() == Claim(notifications: [], reclaimed: 0), "and is passed over")

        clock.advance(by: .seconds(60))
        #expect(try await store.claim(by: "host-2-b").unreadable.count == 1)
        try await change(
            "channel = 'log', attempts = 0, id = '0a7f6e9c-1f0b-4d6a-9a43-6f9f5b6c2d11'", where: "title = '1'")
        clock.advance(by: .seconds(60))
        #expect(try await store.claimSuspect().titles == ["0"])
        #expect(try await store.claim().titles == ["1"], "whoever can read it delivers it")
        await store.close()
    }

    @Test(arguments: ["due_at", "created_at", "deliver_at"])
    func `with a moment at the end of time ends no process`(column: String) async throws {
        let store = try place.open(clock: clock)
        try await store.add(.samples(2))
        try await change("\(column) = \(Int64.min)", where: "title = '0'")
        #expect(try await store.queueDepth().pending == 2)
        #expect(Set(try await store.claim().titles) == ["0", "1"])
        await store.close()
    }

    @Test func `that takes no outcome keeps none of the others from theirs`() async throws {
        let store = try place.open(clock: clock)
        try await store.add(.samples(3))
        let claim = try await store.claim()
        let database = try DatabaseQueue(path: place.path)
        try await database.write { db in
            // As after a database was put back whose tokens were drawn once before.
            try db.execute(
                sql: "INSERT INTO delivery_attempts VALUES (?, ?, 'host-1-a', 0, 0, 'retry', NULL)",
                arguments: [claim.leases[1].token, claim.ids[1].description])
        }
        try database.close()
        #expect(try await store.record(claim.notifications.map { $0.outcome(.delivered) }) == [claim.ids[1]])
        #expect(try await store.counts().delivered == 2)
        #expect(try await store.notification(claim.ids[1])?.status == .processing)
        await store.close()
    }

    @Test func `of a channel that is not known fails the one request that asks for it`() async throws {
        let store = try place.open(clock: clock)
        let batch = NewNotification.samples(2)
        try await store.add(batch)
        try await change("channel = 'pigeon'", where: "title = '0'")
        await #expect {
            try await store.notification(batch[0].id)
        } throws: { error in
            "\(error)".contains("notifications.channel holds pigeon")
        }
        #expect(try await store.notification(batch[1].id) != nil)
        #expect(try await store.queueDepth().pending == 2)
        #expect(try await store.counts().pending == 2)
        await store.close()
    }
}

@Suite struct `A database of the first schema` {
    @Test func `gets the destinations of what is queued, and loses nothing`() async throws {
        let place = try SQLitePlace()
        let clock = TestClock()
        var store = try place.open(clock: clock)
        try await store.add([
            .webhook("a", to: "https://A.test/x"), .sample("log"), .webhook("no", to: "nowhere"),
            .webhook("b", to: "http://b.test"),
        ])
        await store.close()
        let database = try DatabaseQueue(path: place.path)
        try await database.write { db in
            try db.execute(
                sql: """
                    DELETE FROM grdb_migrations WHERE identifier <> '001 notifications';
                    DROP TABLE host_clock;
                    DROP TRIGGER queue_entered;
                    DROP TRIGGER queue_entered_again;
                    DROP TRIGGER queue_left;
                    DROP TRIGGER queue_removed;
                    DROP TRIGGER queue_due;
                    DROP INDEX notifications_fresh;
                    DROP INDEX notifications_retried;
                    DROP TABLE queue_users;
                    DELETE FROM counters WHERE name = 'queued';
                    DROP TABLE upkeep;
                    DROP INDEX notifications_due;
                    DROP INDEX notifications_destination;
                    DROP INDEX notifications_suspects;
                    ALTER TABLE notifications DROP COLUMN destination;
                    ALTER TABLE notifications DROP COLUMN deaths;
                    CREATE INDEX notifications_due ON notifications (status, due_at) WHERE status = 'pending';
                    """)
        }
        try database.close()

        store = try place.open(clock: clock)
        let closed = [Destination(url: "https://a.test/y")].compactMap(\.self)
        let claim = try await store.claim(
            ClaimRequest(limit: 50, owner: "host-1-a", lease: .seconds(30), excluding: closed))
        #expect(claim.titles == ["log", "no", "b"])
        #expect(try await store.claim().titles == ["a"])
        #expect(try await store.counts().processing == 4)
        #expect(try await store.queueDepth().pending == 0)
        await store.close()
    }
}
