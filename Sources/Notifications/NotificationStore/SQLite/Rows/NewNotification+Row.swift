import GRDB

extension NewNotification {
    init(row: Row) throws {
        let id = try row.decode(String.self, forColumn: "id")
        guard let notificationID = NotificationID(id) else {
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
