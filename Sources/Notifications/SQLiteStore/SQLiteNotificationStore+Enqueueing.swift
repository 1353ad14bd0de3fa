import FoundationEssentials
import GRDB
package import NotificationStore

extension SQLiteNotificationStore {
    package func enqueue(
        _ notifications: [NewNotification], idempotency: IdempotencyKey?
    ) async throws(StoreError) -> EnqueueResult {
        try Self.requireWholeTexts(notifications, idempotency)
        // The client is told that it need not send again, which a power failure must not make untrue.
        return try await database.write("store notifications", surviving: .powerFailure) { [clock, bounds, database] db in
            let now = clock()
            if let idempotency, let earlier = try Self.earlierResult(of: idempotency, in: db) { return earlier }
            try bounds.requireRoom(for: notifications, path: database.path, in: db)
            try Self.insert(notifications, at: now, in: db)
            let ids = notifications.map(\.id)
            if let idempotency { try Self.insert(idempotency, ids: ids, at: now, in: db) }
            return .stored(ids)
        }
    }

    package func notification(_ id: NotificationID) async throws(StoreError) -> NotificationRecord? {
        try await database.read("read a notification") { db in
            let statement = try db.cachedStatement(sql: "SELECT * FROM notifications WHERE id = ?")
            guard let row = try Row.fetchOne(statement, arguments: [id.description]) else { return nil }
            do {
                return try NotificationRecord(row: row)
            } catch {
                throw StoreError.unreadable(reason: "\(error)")
            }
        }
    }

    /// The character U+0000 ends a text for SQLite's C interface, which would keep the part before it and say nothing; PostgreSQL
    /// refuses it.
    private static func requireWholeTexts(
        _ notifications: [NewNotification], _ key: IdempotencyKey?
    ) throws(StoreError) {
        var texts = notifications.flatMap { [$0.userID, $0.title, $0.body, $0.webhookURL ?? ""] }
        if let key { texts += [key.key, key.fingerprint] }
        guard texts.contains(where: { $0.utf8.contains(0) }) else { return }
        throw .failed(operation: "store notifications", reason: "a text holds the character U+0000, which it cannot keep")
    }

    private static func insert(_ notifications: [NewNotification], at now: Instant, in db: Database) throws {
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO notifications
                    (id, user_id, channel, title, body, webhook_url, destination, deliver_at, status, due_at, created_at,
                    updated_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?)
                """)
        for notification in notifications {
            // A moment that has passed is at once: it neither goes ahead of those that wait nor counts as time waited.
            let dueAt = max(notification.deliverAt ?? now, now)
            try insert.execute(arguments: [
                notification.id.description, notification.userID, notification.channel.rawValue, notification.title,
                notification.body, notification.webhookURL, notification.destination?.description,
                notification.deliverAt?.milliseconds, dueAt.milliseconds, now.milliseconds, now.milliseconds,
            ])
        }
    }

    private static func earlierResult(of key: IdempotencyKey, in db: Database) throws -> EnqueueResult? {
        let statement = try db.cachedStatement(sql: "SELECT fingerprint, ids FROM idempotency_keys WHERE key = ?")
        guard let row = try Row.fetchOne(statement, arguments: [key.key]) else { return nil }
        guard try row.decode(String.self, forColumn: "fingerprint") == key.fingerprint else { return .conflict }
        let ids = try row.decode(String.self, forColumn: "ids")
        return .replayed(try JSONDecoder().decode([NotificationID].self, from: Data(ids.utf8)))
    }

    private static func insert(_ key: IdempotencyKey, ids: [NotificationID], at now: Instant, in db: Database) throws {
        let text = String(decoding: try JSONEncoder().encode(ids), as: UTF8.self)
        try db.execute(
            sql: "INSERT INTO idempotency_keys (key, fingerprint, ids, created_at) VALUES (?, ?, ?, ?)",
            arguments: [key.key, key.fingerprint, text, now.milliseconds])
    }
}
