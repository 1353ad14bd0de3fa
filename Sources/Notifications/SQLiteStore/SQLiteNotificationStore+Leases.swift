import GRDB
package import NotificationStore

extension SQLiteNotificationStore {
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
}
