import GRDB
package import NotificationStore

extension SQLiteNotificationStore {
    package func removeEnded(
        _ retention: Retention, from place: Int64, limit: Int
    ) async throws(StoreError) -> Removal {
        try await database.write("remove what is over") { [clock] db in
            let now = clock()
            func before(_ time: Duration?) -> Int64 { time.map { (now + (.zero - $0)).milliseconds } ?? .min }
            let arguments: StatementArguments = [
                "place": place, "limit": limit, "delivered": before(retention.delivered), "dead": before(retention.dead),
            ]
            let last = try Int64.fetchOne(db.cachedStatement(sql: RetentionSQL.last), arguments: arguments)
            try db.cachedStatement(sql: RetentionSQL.remove).execute(arguments: arguments)
            let count = db.changesCount
            try db.cachedStatement(sql: RetentionSQL.removeKeys).execute(
                arguments: ["limit": limit, "delivered": before(retention.delivered)])
            return Removal(count: count, next: last)
        }
    }

    package func tidy(largestLog: Int) async throws(StoreError) -> StoreUsage {
        if database.usage.writeAheadLog > largestLog { try await database.checkpoint() }
        var usage = database.usage
        usage.room = try await database.read("look for room") { [bounds, database] db in
            try bounds.room(path: database.path, in: db)
        }
        return usage
    }
}

/// The statements that remove what is over. They look at a window of rows in the order of their storing, so that no index is needed
/// that each delivery would pay for.
enum RetentionSQL {
    /// Finds the last row of a window, when there are any after it. Arguments: `place`, `limit`.
    static let last = """
        SELECT rowid FROM notifications WHERE rowid > :place ORDER BY rowid LIMIT 1 OFFSET :limit - 1
        """

    /// Removes what is over in a window. Arguments: `place`, `limit`, `delivered`, `dead`.
    static let remove = """
        DELETE FROM notifications WHERE rowid IN (
            SELECT place FROM (
                SELECT rowid AS place, status, updated_at FROM notifications WHERE rowid > :place ORDER BY rowid LIMIT :limit
            )
            WHERE (status = 'delivered' AND updated_at < :delivered) OR (status = 'dead' AND updated_at < :dead)
        )
        """

    /// Removes the oldest idempotency keys. Arguments: `limit`, `delivered`.
    static let removeKeys = """
        DELETE FROM idempotency_keys WHERE rowid IN (
            SELECT place FROM (SELECT rowid AS place, created_at FROM idempotency_keys ORDER BY rowid LIMIT :limit)
            WHERE created_at < :delivered
        )
        """
}
