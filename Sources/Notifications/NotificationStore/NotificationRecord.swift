/// A notification as the store knows it.
package struct NotificationRecord: Hashable, Sendable {
    package var notification: NewNotification
    package var status: NotificationStatus
    /// The number of attempts that were made and recorded.
    package var attempts: Int
    /// The moment at which it is due next; the last one once it is delivered or dead.
    package var dueAt: Instant
    package var createdAt: Instant
    package var updatedAt: Instant
    /// The owner of the lease, while it is `processing`.
    package var lockedBy: String?
    /// The moment at which the lease ends, while it is `processing`.
    package var lockExpiry: Instant?
    /// What the last failed attempt ran into.
    package var lastError: String?

    package init(
        notification: NewNotification, status: NotificationStatus, attempts: Int, dueAt: Instant, createdAt: Instant,
        updatedAt: Instant, lockedBy: String? = nil, lockExpiry: Instant? = nil, lastError: String? = nil
    ) {
        self.notification = notification
        self.status = status
        self.attempts = attempts
        self.dueAt = dueAt
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.lockedBy = lockedBy
        self.lockExpiry = lockExpiry
        self.lastError = lastError
    }
}

/// Where a notification stands.
package enum NotificationStatus: String, CaseIterable, Sendable, Codable {
    /// It is to be delivered, now or later, and leased by nobody.
    case pending
    /// A worker holds a lease on it.
    case processing
    case delivered
    /// It is given up.
    case dead
}
