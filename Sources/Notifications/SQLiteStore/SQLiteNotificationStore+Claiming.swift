import ApusLimits
import FoundationEssentials
import GRDB
package import NotificationStore

extension SQLiteNotificationStore {
    package func claim(_ request: ClaimRequest) async throws(StoreError) -> Claim {
        try await database.write("claim notifications") { [clock] db in
            let now = clock()
            try db.cachedStatement(sql: LeaseSQL.reclaim).execute(arguments: ["now": now.milliseconds])
            var claim = Claim(notifications: [], reclaimed: db.changesCount)
            claim.buried = try Self.bury(at: now, in: db)
            claim.hasSuspects =
                try Row.fetchOne(
                    db.cachedStatement(sql: LeaseSQL.hasSuspects), arguments: ["now": now.milliseconds]) != nil
            // A negative limit is none in SQL.
            guard request.limit > 0 else { return claim }
            let expiry = now + request.lease
            for row in try Self.lease(request, at: now, until: expiry, in: db) {
                do {
                    claim.notifications.append(try ClaimedNotification(row: row, claimedAt: now, expiry: expiry))
                } catch {
                    claim.unreadable.append("\(error)")
                    try Self.park(row, at: now, in: db)
                }
            }
            // RETURNING promises no order; tokens were drawn in the order of the queue.
            claim.notifications.sort { $0.lease.token < $1.lease.token }
            return claim
        }
    }

    private static func lease(
        _ request: ClaimRequest, at now: Instant, until expiry: Instant, in db: Database
    ) throws -> [Row] {
        let isSuspect = request.kind == .suspect
        let excluded = String(decoding: try JSONEncoder().encode(request.excluded.map(\.description)), as: UTF8.self)
        func lease(_ sql: String, limit: Int, _ bound: StatementArguments) throws -> [Row] {
            let base = try lastToken(in: db)
            let arguments: StatementArguments = [
                "now": now.milliseconds, "limit": limit, "owner": request.owner, "expiry": expiry.milliseconds, "base": base,
                "excluded": excluded,
            ]
            let rows = try Row.fetchAll(db.cachedStatement(sql: sql), arguments: arguments + bound)
            if !rows.isEmpty { try setLastToken(base + Int64(rows.count), in: db) }
            return rows
        }
        guard !isSuspect else { return try lease(LeaseSQL.claimSuspect, limit: 1, [:]) }
        let rows = try lease(LeaseSQL.claim, limit: request.limit, ["window": LeaseLimits.window.value])
        // Only rows that were passed over can have filled the window.
        guard rows.count < request.limit, !request.excluded.isEmpty || rows.isEmpty else { return rows }
        return try rows
            + lease(
                LeaseSQL.claimBehind, limit: request.limit - rows.count,
                ["destinations": LeaseLimits.destinations.value])
    }

    private static func bury(at now: Instant, in db: Database) throws -> [BuriedNotification] {
        let error =
            "given up: \(LeaseLimits.deaths.value) workers died in a row while they held it; their logs tell of what, and it can be "
            + "enqueued again when that is mended"
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: LeaseSQL.bury),
            arguments: ["now": now.milliseconds, "deaths": LeaseLimits.deaths.value, "error": error])
        return rows.map { row in
            BuriedNotification(
                id: row["id"] as String? ?? "", channel: (row["channel"] as String?).flatMap(Channel.init(rawValue:)))
        }
    }

    private static func park(_ row: Row, at now: Instant, in db: Database) throws {
        try db.cachedStatement(sql: LeaseSQL.park).execute(arguments: [
            "now": now.milliseconds, "dueAt": (now + LeaseLimits.unreadablePause.value).milliseconds,
            "place": row["place"] as Int64,
        ])
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
