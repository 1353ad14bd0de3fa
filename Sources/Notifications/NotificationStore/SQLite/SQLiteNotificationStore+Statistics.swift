import GRDB

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
}
