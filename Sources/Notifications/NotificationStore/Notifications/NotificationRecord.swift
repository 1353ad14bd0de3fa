/// A notification as the store knows it.
package struct NotificationRecord: Hashable, Sendable {
    package var notification: NewNotification
    package var status: NotificationStatus
    /// Attempts that were made and recorded.
    package var attempts: Int
    /// When it is due next; the last due time once it is delivered or dead.
    package var dueAt: Instant
    package var createdAt: Instant
    package var updatedAt: Instant
    /// Who holds the lease, while it is `processing`.
    package var lockedBy: String?
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
