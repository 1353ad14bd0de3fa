import GRDB
package import NotificationStore

extension SQLiteNotificationStore {
    package func queueDepth() async throws(StoreError) -> QueueDepth {
        try await database.read("count the queue") { [clock] db in
            let now = clock()
            let statement = try db.cachedStatement(sql: StatisticsSQL.queueDepth)
            guard let row = try Row.fetchOne(statement, arguments: ["now": now.milliseconds]) else {
                return QueueDepth(pending: 0, scheduled: 0, locked: 0, oldestAge: .zero)
            }
            let oldest = try [
                row.decode(Int64?.self, forColumn: "oldest_due"), row.decode(Int64?.self, forColumn: "oldest_expired"),
            ].compactMap { $0 }.min()
            let locked = try row.decode(Int.self, forColumn: "locked")
            let expired = try row.decode(Int.self, forColumn: "expired")
            let waiting = try row.decode(Int.self, forColumn: "queued") - locked - expired
            let due = try Self.due(of: waiting, at: now, in: db)
            return QueueDepth(
                pending: due + expired, scheduled: waiting - due, locked: locked,
                // What is reclaimed can be due after now, by a clock that was set back.
                oldestAge: oldest.map { max(now - Instant(milliseconds: $0), .zero) } ?? .zero)
        }
    }

    /// Counts what is due of what waits by the smaller of the two parts, whichever it is: of a million that are scheduled, the few
    /// that are due are all that is looked at.
    private static func due(of waiting: Int, at now: Instant, in db: Database) throws -> Int {
        func count(_ sql: String, _ limit: Int) throws -> Int? {
            let count =
                try Int.fetchOne(
                    db.cachedStatement(sql: sql), arguments: ["now": now.milliseconds, "limit": limit]) ?? 0
            return count < limit ? count : nil
        }
        var limit = 1000
        while limit / 2 < waiting {
            if let due = try count(StatisticsSQL.due, limit) { return due }
            if let later = try count(StatisticsSQL.later, limit) { return waiting - later }
            limit *= 4
        }
        return try count(StatisticsSQL.due, .max) ?? waiting
    }

    package func counts() async throws(StoreError) -> StoreCounts {
        try await database.read("count notifications") { db in
            let statement = try db.cachedStatement(sql: StatisticsSQL.counts)
            guard let row = try Row.fetchOne(statement) else {
                return StoreCounts(pending: 0, processing: 0, delivered: 0, dead: 0, attempts: 0)
            }
            let processing = try row.decode(Int.self, forColumn: "processing")
            return StoreCounts(
                pending: try row.decode(Int.self, forColumn: "queued") - processing, processing: processing,
                delivered: try row.decode(Int.self, forColumn: "delivered"),
                dead: try row.decode(Int.self, forColumn: "dead"),
                attempts: try row.decode(Int.self, forColumn: "attempts"))
        }
    }

    package func ping() async throws(StoreError) {
        try database.requireSpace()
        try await database.write("answer") { db in
            try db.cachedStatement(sql: "UPDATE lease_tokens SET last = last").execute()
        }
    }
}

/// The statements of statistics, none of which looks at what is delivered or dead, which only grows.
package enum StatisticsSQL {
    /// Counts the queue by state, but what waits as one, and finds its oldest entries. Arguments: `now`.
    package static let queueDepth = """
        SELECT
            (SELECT value FROM counters WHERE name = 'queued') AS queued,
            (SELECT count(*) FROM notifications WHERE status = 'processing' AND lock_expiry > :now) AS locked,
            (SELECT count(*) FROM notifications WHERE status = 'processing' AND lock_expiry <= :now) AS expired,
            (SELECT min(due_at) FROM notifications INDEXED BY notifications_due
                WHERE status = 'pending' AND due_at <= :now) AS oldest_due,
            (SELECT min(due_at) FROM notifications WHERE status = 'processing' AND lock_expiry <= :now) AS oldest_expired
        """

    private static func waiting(_ condition: String) -> String {
        """
        SELECT count(*) FROM (
            SELECT 1 FROM notifications INDEXED BY notifications_due WHERE status = 'pending' AND due_at \(condition) LIMIT :limit
        )
        """
    }

    /// Counts what is due, up to a number. Arguments: `now`, `limit`.
    package static let due = waiting("<= :now")

    /// Counts what is due later, up to a number. Arguments: `now`, `limit`.
    package static let later = waiting("> :now")

    /// Counts all notifications and attempts. No arguments.
    package static let counts = """
        SELECT
            (SELECT value FROM counters WHERE name = 'queued') AS queued,
            (SELECT count(*) FROM notifications WHERE status = 'processing') AS processing,
            (SELECT value FROM counters WHERE name = 'delivered') AS delivered,
            (SELECT value FROM counters WHERE name = 'dead') AS dead,
            (SELECT value FROM counters WHERE name = 'attempts') AS attempts
        """
}
