import HostTesting
import NotificationStore

extension TemporaryFolder {
    /// The store of this folder's database.
    func open() throws -> SQLiteNotificationStore {
        try SQLiteNotificationStore(path: path("notifications.sqlite"), connections: 4)
    }
}

/// Runs a test on a database of its own.
func withStore<Result: Sendable>(_ body: (SQLiteNotificationStore) async throws -> Result) async throws -> Result {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    do {
        let result = try await body(store)
        await store.close()
        return result
    } catch {
        await store.close()
        throw error
    }
}

extension NotificationStore {
    /// Enqueues webhooks, due at once.
    func enqueueWebhooks(_ count: Int = 1, to url: String) async throws -> [NotificationID] {
        let notifications = (0..<count).map { number in
            NewNotification(
                userID: "user-\(number)", channel: .webhook, title: "Title \(number)", body: "Body", webhookURL: url)
        }
        _ = try await enqueue(notifications, idempotency: nil)
        return notifications.map(\.id)
    }

    func record(of id: NotificationID) async throws -> NotificationRecord {
        guard let record = try await notification(id) else {
            throw Unexpected(description: "the store has no notification \(id)")
        }
        return record
    }
}

struct Unexpected: Error, CustomStringConvertible {
    let description: String
}
