import ApusLimits
import FoundationEssentials
import GRDB
import NotificationStore

/// How much may wait in a store; see ``StoreLimits`` for the defaults.
package struct QueueBounds: Sendable {
    /// The maximum number of notifications that wait.
    package var waiting: Int
    /// The maximum number of notifications of one user that wait.
    package var userWaiting: Int
    /// The maximum number of bytes of one user's texts that wait.
    package var userBytes: Int
    /// The bytes of the disk that only outcomes may take.
    package var reserve: Int
    /// The bytes that the disk of a path has left; nil when that is not known.
    let freeSpace: @Sendable (String) -> Int?

    package init(
        waiting: Int = StoreLimits.waiting.value, userWaiting: Int = StoreLimits.userWaiting.value,
        userBytes: Int = StoreLimits.userBytes.value.bytes, reserve: Int = StoreLimits.reserve.value.bytes,
        freeSpace: (@Sendable (String) -> Int?)? = nil
    ) {
        self.waiting = waiting
        self.userWaiting = userWaiting
        self.userBytes = userBytes
        self.reserve = reserve
        self.freeSpace = freeSpace ?? { DatabaseFile.freeSpace(at: $0) }
    }
}

extension QueueBounds {
    /// How much one user asks for, or has.
    private struct Load {
        var count = 0
        var bytes = 0
    }

    /// Throws when notifications would go over a bound; triggers keep the counts that it looks at.
    ///
    /// - Parameter path: of the database.
    func requireRoom(for notifications: [NewNotification], path: String, in db: Database) throws {
        guard !notifications.isEmpty else { return }
        var asked: [String: Load] = [:]
        for notification in notifications {
            asked[notification.userID, default: Load()].count += 1
            asked[notification.userID, default: Load()].bytes += notification.textBytes
        }
        let queued = try Self.queued(in: db)
        let room = try room(path: path, queued: queued, in: db)
        for (user, load) in asked { try requireShare(of: user, for: load, room: room, in: db) }
        guard queued + notifications.count <= waiting else {
            throw refusal(.queue, "\(queued) notifications wait, of \(waiting) at most (--queue-limit)")
        }
        // Once in the log of writes, and once in the data.
        if let room, room < 2 * asked.values.reduce(0, { $0 + $1.bytes }) {
            throw refusal(
                .disk, "the disk has \(freeSpace(path) ?? 0) bytes left, which are kept to record what becomes of what waits")
        }
    }

    private static func queued(in db: Database) throws -> Int {
        try Int.fetchOne(db.cachedStatement(sql: "SELECT value FROM counters WHERE name = 'queued'")) ?? 0
    }

    /// The bytes that can still be enqueued; nil when the disk's free bytes are not known.
    func room(path: String, in db: Database) throws -> Int? { try room(path: path, queued: Self.queued(in: db), in: db) }

    private func room(path: String, queued: Int, in db: Database) throws -> Int? {
        guard let free = freeSpace(path) else { return nil }
        // What was removed leaves pages behind that are used again. The log of writes needs the disk itself.
        let sql = "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size"
        let unused = try Int.fetchOne(db.cachedStatement(sql: sql)) ?? 0
        return min(free - reserve / 2, free + unused - reserve) - queued * StoreLimits.outcome.value.bytes
    }

    private func requireShare(of user: String, for load: Load, room: Int?, in db: Database) throws {
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT waiting, bytes FROM queue_users WHERE user_id = ?"), arguments: [user])
        let (count, bytes) = (row?["waiting"] as Int? ?? 0, row?["bytes"] as Int? ?? 0)
        guard count + load.count <= userWaiting else {
            throw refusal(
                .user(user), "\(count) notifications of the user wait, of \(userWaiting) at most (--user-queue-limit)")
        }
        guard bytes + load.bytes <= userBytes else {
            throw refusal(.user(user), "notifications of \(bytes) bytes of the user wait, of \(userBytes) at most")
        }
        // Nobody takes more of the disk than is left for all others: there is always some for one more. Who has nothing is not at fault.
        if let room, bytes > 0, bytes + load.bytes > max(0, room) {
            throw refusal(
                .user(user),
                "notifications of \(bytes) bytes of the user wait, and the disk has \(max(0, room)) left for others")
        }
    }

    private func refusal(_ owner: EnqueueRefusal.Owner, _ reason: String) -> StoreError {
        .refused(EnqueueRefusal(owner: owner, reason: reason))
    }
}

extension NewNotification {
    /// The bytes of its texts, as the store's triggers count them.
    fileprivate var textBytes: Int {
        userID.utf8.count + title.utf8.count + body.utf8.count + (webhookURL?.utf8.count ?? 0)
    }
}
