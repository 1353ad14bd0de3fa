import GRDB

extension ClaimedNotification {
    init(row: Row, claimedAt now: Instant, expiry: Instant) throws {
        let notification = try NewNotification(row: row)
        self.init(
            notification: notification,
            lease: Lease(
                notification: notification.id, token: try row.decode(Int64.self, forColumn: "lock_token"), expiry: expiry),
            attempts: try row.decode(Int.self, forColumn: "attempts"),
            waited: now - Instant(milliseconds: try row.decode(Int64.self, forColumn: "due_at")))
    }
}
