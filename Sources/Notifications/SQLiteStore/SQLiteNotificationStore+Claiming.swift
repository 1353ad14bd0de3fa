import ApusLimits
import FoundationEssentials
import GRDB
package import NotificationStore
import Synchronization

extension SQLiteNotificationStore {
    package func claim(_ request: ClaimRequest) async throws(StoreError) -> Claim {
        try await database.write("claim notifications") { [self] db in
            let now = clock()
            try db.cachedStatement(sql: LeaseSQL.reclaim).execute(arguments: [
                "now": now.milliseconds, "owner": request.owner, "areDeaths": request.isAfterOutage ? 0 : 1,
            ])
            var claim = Claim(notifications: [], reclaimed: db.changesCount)
            claim.buried = try Self.bury(at: now, in: db)
            claim.hasSuspects =
                try Row.fetchOne(
                    db.cachedStatement(sql: LeaseSQL.hasSuspects), arguments: ["now": now.milliseconds]) != nil
            // A negative limit is none in SQL.
            guard request.limit > 0 else { return claim }
            let expiry = now + request.lease
            for row in try lease(request, at: now, until: expiry, in: db) {
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

    private func lease(
        _ request: ClaimRequest, at now: Instant, until expiry: Instant, in db: Database
    ) throws -> [Row] {
        var rows: [Row] = []
        // A user may turn out to have nothing due, when what was has left the queue otherwise; others are due all the same.
        for _ in 0..<LeaseLimits.rounds.value {
            var rest = request
            rest.limit -= rows.count
            let (leased, hasMore) = try leaseRound(rest, at: now, until: expiry, in: db)
            rows += leased
            guard hasMore, rows.count < request.limit else { break }
        }
        return rows
    }

    /// Leases what a round chooses; says whether another round may find more.
    private func leaseRound(
        _ request: ClaimRequest, at now: Instant, until expiry: Instant, in db: Database
    ) throws -> (rows: [Row], hasMore: Bool) {
        let base = try Self.lastToken(in: db)
        let choice = try choose(request, at: now, turn: base + 1, in: db)
        guard !choice.places.isEmpty || !choice.users.isEmpty else { return ([], false) }
        let places = choice.places.map(String.init).joined(separator: ",")
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: LeaseSQL.lease),
            arguments: [
                "now": now.milliseconds, "owner": request.owner, "expiry": expiry.milliseconds, "base": base,
                "places": "[\(places)]",
            ])
        // Turns are drawn from the sequence of tokens: those who had theirs come behind all others, in the same order.
        let end = try db.cachedStatement(sql: TurnSQL.end)
        for (number, user) in choice.users.enumerated() {
            try end.execute(arguments: ["user": user, "now": now.milliseconds, "turn": base + 2 + Int64(number)])
        }
        try Self.setLastToken(base + 2 + Int64(max(choice.places.count, choice.users.count)), in: db)
        return (rows, choice.hasMore)
    }

    private func choose(
        _ request: ClaimRequest, at now: Instant, turn: Int64, in db: Database
    ) throws -> ClaimRound.Choice {
        if request.kind == .suspect {
            let excluded = String(
                decoding: try JSONEncoder().encode(request.excluded.map(\.description)), as: UTF8.self)
            let place = try Int64.fetchOne(
                db.cachedStatement(sql: LeaseSQL.suspect), arguments: ["now": now.milliseconds, "excluded": excluded])
            return ClaimRound.Choice(places: place.map { [$0] } ?? [])
        }
        var round = ClaimRound(request, at: now, in: db)
        var last = lastDestination.withLock { $0 }
        let choice = try round.choose(turn: turn, after: &last)
        lastDestination.withLock { [last] in $0 = last }
        return choice
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
        // A batch is added to it.
        guard token < .max / 2 else { throw UnreadableRow(table: "lease_tokens", column: "last", value: "\(token)") }
        return token
    }

    private static func setLastToken(_ token: Int64, in db: Database) throws {
        try db.cachedStatement(sql: "UPDATE lease_tokens SET last = ?").execute(arguments: [token])
    }
}
