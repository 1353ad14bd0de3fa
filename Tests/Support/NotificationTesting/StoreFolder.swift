import HostTesting
package import NotificationStore
import SQLiteStore

/// A folder of its own with a database, removed at the end.
package final class StoreFolder: Sendable {
    private let folder: TemporaryFolder

    package init() throws { folder = try TemporaryFolder() }

    /// The path of the database.
    package var database: String { folder.path("notifications.sqlite") }

    /// Opens the database, as another process of the platform would.
    ///
    /// - Parameters:
    ///   - waiting: the maximum number of notifications that wait; the usual one when nil.
    ///   - userWaiting: the maximum number of one user's that wait; the usual one when nil.
    package func open(waiting: Int? = nil, userWaiting: Int? = nil) throws -> any NotificationStore {
        var bounds = QueueBounds()
        bounds.waiting = waiting ?? bounds.waiting
        bounds.userWaiting = userWaiting ?? bounds.userWaiting
        return try SQLiteNotificationStore(path: database, bounds: bounds)
    }
}

/// Runs a test on a database of its own.
package func withStore<Result: Sendable>(
    _ body: (any NotificationStore) async throws -> Result
) async throws -> Result {
    let folder = try StoreFolder()
    let store = try folder.open()
    do {
        let result = try await body(store)
        await store.close()
        withExtendedLifetime(folder) {}
        return result
    } catch {
        await store.close()
        throw error
    }
}

extension NotificationStore {
    /// Enqueues webhooks, due at once.
    package func enqueueWebhooks(_ count: Int = 1, to url: String) async throws -> [NotificationID] {
        let notifications = (0..<count).map { number in
            NewNotification(
                userID: "user-\(number)", channel: .webhook, title: "Title \(number)", body: "Body", webhookURL: url)
        }
        _ = try await enqueue(notifications, idempotency: nil)
        return notifications.map(\.id)
    }

    package func record(of id: NotificationID) async throws -> NotificationRecord {
        guard let record = try await notification(id) else {
            throw Unexpected(description: "the store has no notification \(id)")
        }
        return record
    }
}

/// What a test found in place of what it needs to go on.
package struct Unexpected: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
}
