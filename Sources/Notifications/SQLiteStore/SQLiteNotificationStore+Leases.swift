import GRDB
package import NotificationStore

extension SQLiteNotificationStore {
    package func claim(limit: Int, owner: String, lease: Duration) async throws(StoreError) -> Claim {
        try await database.write("claim notifications") { [clock] db in
            let now = clock()
            try db.cachedStatement(sql: LeaseSQL.reclaim).execute(arguments: ["now": now.milliseconds])
            let reclaimed = db.changesCount
            // A negative limit is none in SQL.
            guard limit > 0 else { return Claim(notifications: [], reclaimed: reclaimed) }
            let expiry = now + lease
            let base = try Self.lastToken(in: db)
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: LeaseSQL.claim),
                arguments: [
                    "now": now.milliseconds, "limit": limit, "owner": owner, "expiry": expiry.milliseconds, "base": base,
                ])
            if !rows.isEmpty { try Self.setLastToken(base + Int64(rows.count), in: db) }
            let claimed = try rows.map { try ClaimedNotification(row: $0, claimedAt: now, expiry: expiry) }
            // RETURNING promises no order; tokens were drawn in the order of the queue.
            return Claim(notifications: claimed.sorted { $0.lease.token < $1.lease.token }, reclaimed: reclaimed)
        }
    }

    package func renew(_ leases: [Lease], for duration: Duration) async throws(StoreError) -> [Lease] {
        guard !leases.isEmpty else { return [] }
        return try await database.write("renew leases") { [clock] db in
            let now = clock()
            let expiry = now + duration
            let held = try Self.update(leases, with: LeaseSQL.renew, in: db) { lease in
                [
                    "now": now.milliseconds, "expiry": expiry.milliseconds, "id": lease.notification.description,
                    "token": lease.token,
                ]
            }
            return held.map { Lease(notification: $0.notification, token: $0.token, expiry: expiry) }
        }
    }

    package func release(_ leases: [Lease]) async throws(StoreError) -> Int {
        guard !leases.isEmpty else { return 0 }
        return try await database.write("release leases") { [clock] db in
            let now = clock()
            return try Self.update(leases, with: LeaseSQL.release, in: db) { lease in
                ["now": now.milliseconds, "id": lease.notification.description, "token": lease.token]
            }.count
        }
    }

    package func releaseAll(ownerPrefix: String) async throws(StoreError) -> Int {
        try await database.write("release the leases of an owner") { [clock] db in
            try db.cachedStatement(sql: LeaseSQL.releaseAll)
                .execute(arguments: ["now": clock().milliseconds, "prefix": ownerPrefix])
            return db.changesCount
        }
    }

    /// Runs a statement for each lease, and tells those of which it found the row, in their order.
    ///
    /// Rows are changed in the order of their ids, as in every store: where rows are locked one by one, another order in another
    /// batch is a deadlock.
    private static func update(
        _ leases: [Lease], with sql: String, in db: Database, arguments: (Lease) -> StatementArguments
    ) throws -> [Lease] {
        let statement = try db.cachedStatement(sql: sql)
        var held: [Int] = []
        for index in leases.indices.sorted(by: { leases[$0].notification < leases[$1].notification }) {
            try statement.execute(arguments: arguments(leases[index]))
            if db.changesCount > 0 { held.append(index) }
        }
        return held.sorted().map { leases[$0] }
    }

    private static func lastToken(in db: Database) throws -> Int64 {
        guard let token = try Int64.fetchOne(db.cachedStatement(sql: "SELECT last FROM lease_tokens")) else {
            throw UnreadableRow(table: "lease_tokens", column: "last", value: "nothing")
        }
        return token
    }

    private static func setLastToken(_ token: Int64, in db: Database) throws {
        try db.cachedStatement(sql: "UPDATE lease_tokens SET last = ?").execute(arguments: [token])
    }
}
