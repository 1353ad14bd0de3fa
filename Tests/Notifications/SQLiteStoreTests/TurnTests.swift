import GRDB
import HostTesting
import NotificationStore
import SQLiteStore
import StoreConformance
import Testing

@Suite(.timeLimit(.minutes(3))) struct `A user's turn` {
    let place: SQLitePlace
    let clock = TestClock()

    init() throws { place = try SQLitePlace() }

    @Test func `that turns out to be for nothing hides nobody who is due`() async throws {
        let store = try place.open(clock: clock)
        let soon = clock.now + .seconds(1)
        let users = (0..<120).map { number in
            [soon, soon + .seconds(3600)].map {
                NewNotification(userID: "user-\(number)", channel: .log, title: "t", body: "b", deliverAt: $0)
            }
        }
        try await store.add(Array(users.joined()))
        try await store.add([.sample("due", deliverAt: soon + .seconds(1))])
        let database = try DatabaseQueue(path: place.path)
        try await database.write { db in
            // By hand, as an operator does; what is left of these users is due in an hour.
            try db.execute(
                sql: "DELETE FROM notifications WHERE title = 't' AND due_at = ?", arguments: [soon.milliseconds])
        }
        try database.close()
        clock.advance(by: .seconds(5))
        #expect(try await store.claim(10).titles == ["due"])
        clock.advance(by: .seconds(3600))
        #expect(try await store.claim(500).titles.filter { $0 == "t" }.count == 120)
        await store.close()
    }

    @Test func `is had in one claim by as many users as it has places`() async throws {
        let store = try place.open(clock: clock)
        try await store.add(
            (0..<600).map { NewNotification(userID: "user-\($0)", channel: .log, title: "t", body: "b") })
        let claim = try await store.claim(500)
        #expect(Set(claim.notifications.map(\.notification.userID)).count == 500)
        #expect(try await store.claim(500).notifications.count == 100)
        await store.close()
    }
}
