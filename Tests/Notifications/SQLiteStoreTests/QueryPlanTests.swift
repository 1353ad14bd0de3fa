import GRDB
import HostTesting
import NotificationStore
import SQLiteStore
import StoreConformance
import Testing

/// That delivered notifications, by the million, cost the queue nothing: no statement looks at them.
@Suite struct `Query plans` {
    let folder: TemporaryFolder
    let database: DatabaseQueue

    init() throws {
        folder = try TemporaryFolder()
        let path = folder.path("notifications.sqlite")
        _ = try SQLiteNotificationStore(path: path)
        database = try DatabaseQueue(path: path)
    }

    /// The steps of a plan that go to the notifications or their index.
    private func steps(_ sql: String, _ arguments: [String]) async throws -> [String] {
        try await allSteps(sql, arguments).filter { $0.contains(" notifications") }
    }

    private func allSteps(_ sql: String, _ arguments: [String]) async throws -> [String] {
        try await database.read { db in
            let values = StatementArguments(arguments.reduce(into: [String: Int]()) { $0[$1] = 1 })
            return try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql, arguments: values).map { row -> String in
                row["detail"]
            }
        }
    }

    @Test func `the depth is counted in the indexes of what is queued`() async throws {
        #expect(
            Set(try await steps(StatisticsSQL.due, ["now", "limit"])) == [
                "SEARCH notifications USING COVERING INDEX notifications_due (status=? AND due_at<?)"
            ])
        #expect(
            Set(try await steps(StatisticsSQL.later, ["now", "limit"])) == [
                "SEARCH notifications USING COVERING INDEX notifications_due (status=? AND due_at>?)"
            ])
        #expect(
            Set(try await steps(StatisticsSQL.queueDepth, ["now"])) == [
                "SEARCH notifications USING COVERING INDEX notifications_due (status=? AND due_at<?)",
                "SEARCH notifications USING COVERING INDEX notifications_expiry (status=? AND lock_expiry>?)",
                "SEARCH notifications USING COVERING INDEX notifications_expiry (status=? AND lock_expiry<?)",
                "SEARCH notifications USING INDEX notifications_expiry (status=? AND lock_expiry<?)",
            ])
    }

    @Test func `all that is stored is counted without looking at it`() async throws {
        #expect(
            try await steps(StatisticsSQL.counts, []) == [
                "SEARCH notifications USING COVERING INDEX notifications_expiry (status=?)"
            ])
    }

    @Test func `a claim walks indexes in order, and sorts nothing that is queued`() async throws {
        #expect(
            try await steps(LeaseSQL.lease, ["now", "owner", "expiry", "base", "places"]) == [
                "SEARCH notifications USING INTEGER PRIMARY KEY (rowid=?)"
            ])
        #expect(
            try await steps(LeaseSQL.suspect, ["now", "excluded"]) == [
                "SEARCH notifications USING INDEX notifications_suspects (status=? AND due_at<?)"
            ])
        #expect(
            try await steps(TurnSQL.dueToDestination, ["destination", "now", "limit"]) == [
                "SEARCH notifications USING COVERING INDEX notifications_destination (status=? AND destination=? AND due_at<?)"
            ])
        for (sql, arguments) in [
            (TurnSQL.admit, ["turn", "now", "limit"]), (TurnSQL.users, ["limit"]), (TurnSQL.end, ["user", "now", "turn"]),
            (TurnSQL.dueToDestination, ["destination", "now", "limit"]), (TurnSQL.nextDestination, ["last"]),
            (LeaseSQL.lease, ["now", "owner", "expiry", "base", "places"]), (LeaseSQL.suspect, ["now", "excluded"]),
        ] + TurnSQL.Lane.allCases.map({ (TurnSQL.due($0, destination: true), ["user", "now", "limit"]) }) {
            let plan = try await allSteps(sql, arguments)
            #expect(!plan.contains { $0.contains("B-TREE") }, "\(plan)")
            #expect(!plan.contains { $0.contains("SCAN notifications") }, "\(plan)")
        }
        for sql in [LeaseSQL.hasSuspects, LeaseSQL.bury] {
            let plan = try await steps(sql, sql == LeaseSQL.bury ? ["now", "deaths", "error"] : ["now"])
            #expect(plan.count == 1 && plan[0].contains("notifications_suspects"), "\(plan)")
        }
        #expect(
            try await steps(LeaseSQL.reclaim, ["now", "owner", "areDeaths"]) == [
                "SEARCH notifications USING COVERING INDEX notifications_expiry (status=? AND lock_expiry<?)"
            ])
    }

    @Test func `the leases of an owner are looked for among leases`() async throws {
        #expect(
            try await steps(LeaseSQL.releaseAll, ["now", "prefix"]) == [
                "SEARCH notifications USING INDEX notifications_expiry (status=?)"
            ])
    }

    @Test(arguments: [
        (LeaseSQL.renew, ["now", "expiry", "id", "token"]),
        (LeaseSQL.release, ["now", "id", "token"]),
        (LeaseSQL.postpone, ["now", "dueAt", "error", "id", "token"]),
        (LeaseSQL.logAttempt, ["startedAt", "duration", "result", "error", "id", "token"]),
        (LeaseSQL.recordAttempt, ["status", "dueAt", "error", "now", "id", "token"]),
    ])
    func `one notification is found by its id`(sql: String, arguments: [String]) async throws {
        #expect(
            try await steps(sql, arguments) == [
                "SEARCH notifications USING INDEX sqlite_autoindex_notifications_1 (id=?)"
            ])
    }
}
