import GRDB
import NotificationStore

/// A row that this version cannot read.
struct UnreadableRow: Error, CustomStringConvertible {
    let table: String
    let column: String
    let value: String

    var description: String { "\(table).\(column) holds \(value), which this version cannot read" }
}

extension NewNotification {
    init(row: Row) throws {
        let id = try row.decode(String.self, forColumn: "id")
        // In another case of its letters it would be read, and then found by no statement.
        guard let notificationID = NotificationID(id), notificationID.description == id else {
            throw UnreadableRow(table: "notifications", column: "id", value: id)
        }
        let channelName = try row.decode(String.self, forColumn: "channel")
        guard let channel = Channel(rawValue: channelName) else {
            throw UnreadableRow(table: "notifications", column: "channel", value: channelName)
        }
        self.init(
            id: notificationID,
            userID: try row.decode(String.self, forColumn: "user_id"),
            channel: channel,
            title: try row.decode(String.self, forColumn: "title"),
            body: try row.decode(String.self, forColumn: "body"),
            webhookURL: try row.decode(String?.self, forColumn: "webhook_url"),
            deliverAt: try row.decode(Int64?.self, forColumn: "deliver_at").map(Instant.init(milliseconds:)))
    }
}

extension NotificationRecord {
    init(row: Row) throws {
        let statusName = try row.decode(String.self, forColumn: "status")
        guard let status = NotificationStatus(rawValue: statusName) else {
            throw UnreadableRow(table: "notifications", column: "status", value: statusName)
        }
        func instant(_ column: String) throws -> Instant {
            Instant(milliseconds: try row.decode(Int64.self, forColumn: column))
        }
        self.init(
            notification: try NewNotification(row: row),
            status: status,
            attempts: try row.decode(Int.self, forColumn: "attempts"),
            dueAt: try instant("due_at"),
            createdAt: try instant("created_at"),
            updatedAt: try instant("updated_at"),
            lockedBy: try row.decode(String?.self, forColumn: "locked_by"),
            lockExpiry: try row.decode(Int64?.self, forColumn: "lock_expiry").map(Instant.init(milliseconds:)),
            lastError: try row.decode(String?.self, forColumn: "last_error"))
    }
}

extension ClaimedNotification {
    init(row: Row, claimedAt now: Instant, expiry: Instant) throws {
        let notification = try NewNotification(row: row)
        func instant(_ column: String) throws -> Instant {
            Instant(milliseconds: try row.decode(Int64.self, forColumn: column))
        }
        let attempts = try row.decode(Int.self, forColumn: "attempts")
        // One more is added to it, here and in the database.
        guard (0..<1_000_000).contains(attempts) else {
            throw UnreadableRow(table: "notifications", column: "attempts", value: "\(attempts)")
        }
        self.init(
            notification: notification,
            lease: Lease(
                notification: notification.id, token: try row.decode(Int64.self, forColumn: "lock_token"), expiry: expiry),
            attempts: attempts,
            waited: now - (try instant("due_at")),
            age: max(now - max(try instant("created_at"), notification.deliverAt ?? Instant(milliseconds: .min)), .zero),
            deaths: try row.decode(Int.self, forColumn: "deaths"))
    }
}
