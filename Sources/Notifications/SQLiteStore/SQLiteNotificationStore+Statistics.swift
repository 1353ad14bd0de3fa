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
            return QueueDepth(
                pending: try row.decode(Int.self, forColumn: "due") + row.decode(Int.self, forColumn: "expired"),
                scheduled: try row.decode(Int.self, forColumn: "scheduled"),
                locked: try row.decode(Int.self, forColumn: "locked"),
                // What is reclaimed can be due after now, by a clock that was set back.
                oldestAge: oldest.map { max(now - Instant(milliseconds: $0), .zero) } ?? .zero)
        }
    }

    package func counts() async throws(StoreError) -> StoreCounts {
        try await database.read("count notifications") { db in
            let statement = try db.cachedStatement(sql: StatisticsSQL.counts)
            guard let row = try Row.fetchOne(statement) else {
                return StoreCounts(pending: 0, processing: 0, delivered: 0, dead: 0, attempts: 0)
            }
            return StoreCounts(
                pending: try row.decode(Int.self, forColumn: "pending"),
                processing: try row.decode(Int.self, forColumn: "processing"),
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
    /// Counts the queue by state and finds its oldest entries. Arguments: `now`.
    package static let queueDepth = """
        SELECT
            (SELECT count(*) FROM notifications WHERE status = 'pending' AND due_at <= :now) AS due,
            (SELECT count(*) FROM notifications WHERE status = 'pending' AND due_at > :now) AS scheduled,
            (SELECT count(*) FROM notifications WHERE status = 'processing' AND lock_expiry > :now) AS locked,
            (SELECT count(*) FROM notifications WHERE status = 'processing' AND lock_expiry <= :now) AS expired,
            (SELECT min(due_at) FROM notifications WHERE status = 'pending' AND due_at <= :now) AS oldest_due,
            (SELECT min(due_at) FROM notifications WHERE status = 'processing' AND lock_expiry <= :now) AS oldest_expired
        """

    /// Counts all notifications and attempts. No arguments.
    package static let counts = """
        SELECT
            (SELECT count(*) FROM notifications INDEXED BY notifications_due WHERE status = 'pending') AS pending,
            (SELECT count(*) FROM notifications WHERE status = 'processing') AS processing,
            (SELECT value FROM counters WHERE name = 'delivered') AS delivered,
            (SELECT value FROM counters WHERE name = 'dead') AS dead,
            (SELECT value FROM counters WHERE name = 'attempts') AS attempts
        """
}
