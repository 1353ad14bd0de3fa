import GRDB

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
