import GRDB
package import NotificationStore

extension SQLiteNotificationStore {
    package func beginRemoval(every interval: Duration) async throws(StoreError) -> Bool {
        // Who comes too early, as all but one do, takes no lock.
        guard try await database.read("look for what is over", { [clock] in try Self.isDue(interval, at: clock(), in: $0) })
        else { return false }
        return try await database.write("begin to remove what is over") { [clock] db in
            guard try Self.isDue(interval, at: clock(), in: db) else { return false }
            try Self.markRemoval(at: clock(), in: db)
            return true
        }
    }

    package func removeEnded(
        _ retention: Retention, from place: Int64, limit: Int
    ) async throws(StoreError) -> Removal {
        let window: StatementArguments = ["place": place, "limit": limit]
        let (hasEnded, next) = try await database.read("look for what is over") { [clock] db in
            let ends = RetentionSQL.ends(retention, at: clock())
            let row = try Row.fetchOne(
                db.cachedStatement(sql: RetentionSQL.window),
                arguments: window + ["delivered": ends.delivered, "dead": ends.dead])
            let hasKeys = try Bool.fetchOne(
                db.cachedStatement(sql: RetentionSQL.hasKeys), arguments: ["delivered": ends.delivered])
            return (row?["ended"] as Bool? ?? false || hasKeys ?? false, row?["next"] as Int64?)
        }
        guard hasEnded else { return Removal(count: 0, next: next) }
        return try await database.write("remove what is over") { [clock] db in
            let now = clock()
            let ends = RetentionSQL.ends(retention, at: now)
            try Self.markRemoval(at: now, in: db)
            try db.cachedStatement(sql: RetentionSQL.remove).execute(
                arguments: window + ["delivered": ends.delivered, "dead": ends.dead])
            let count = db.changesCount
            try db.cachedStatement(sql: RetentionSQL.removeKeys).execute(
                arguments: ["limit": limit, "delivered": ends.delivered])
            return Removal(count: count, next: next)
        }
    }

    private static func isDue(_ interval: Duration, at now: Instant, in db: Database) throws -> Bool {
        let last = try Int64.fetchOne(db.cachedStatement(sql: "SELECT last FROM upkeep")) ?? 0
        // A clock that was set back leaves a moment ahead.
        let age = now - Instant(milliseconds: last)
        return age >= interval || age < .zero
    }

    private static func markRemoval(at now: Instant, in db: Database) throws {
        try db.cachedStatement(sql: "UPDATE upkeep SET last = ?").execute(arguments: [now.milliseconds])
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
    private static let isOver =
        "((status = 'delivered' AND updated_at < :delivered) OR (status = 'dead' AND updated_at < :dead))"

    /// The moments before which what has ended is over, in milliseconds.
    static func ends(_ retention: Retention, at now: Instant) -> (delivered: Int64, dead: Int64) {
        func before(_ time: Duration?) -> Int64 { time.map { (now + (.zero - $0)).milliseconds } ?? .min }
        return (before(retention.delivered), before(retention.dead))
    }

    /// Tells whether a window holds what is over, and which row is its last, when what comes after it may be over: rows follow each other
    /// by the moments at which they were stored, and none is over that was stored after the earliest of all ends. Arguments: `place`,
    /// `limit`, `delivered`, `dead`.
    static let window = """
        SELECT max(\(isOver)) AS ended, iif(count(*) = :limit AND min(created_at) < max(:delivered, :dead), max(place), NULL) AS next
        FROM (
            SELECT rowid AS place, status, updated_at, created_at FROM notifications WHERE rowid > :place ORDER BY rowid LIMIT :limit
        )
        """

    /// Removes what is over in a window. Arguments: `place`, `limit`, `delivered`, `dead`.
    static let remove = """
        DELETE FROM notifications WHERE rowid IN (
            SELECT place FROM (
                SELECT rowid AS place, status, updated_at FROM notifications WHERE rowid > :place ORDER BY rowid LIMIT :limit
            )
            WHERE \(isOver)
        )
        """

    /// Tells whether the oldest idempotency key is over. Arguments: `delivered`.
    static let hasKeys = """
        SELECT (SELECT created_at FROM idempotency_keys ORDER BY rowid LIMIT 1) < :delivered
        """

    /// Removes the oldest idempotency keys. Arguments: `limit`, `delivered`.
    static let removeKeys = """
        DELETE FROM idempotency_keys WHERE rowid IN (
            SELECT place FROM (SELECT rowid AS place, created_at FROM idempotency_keys ORDER BY rowid LIMIT :limit)
            WHERE created_at < :delivered
        )
        """
}
