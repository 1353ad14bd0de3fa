/// A lease on one notification.
///
/// Its token is drawn from a sequence that only rises, so that a holder whose lease has passed to another is told apart from it,
/// however late it reports.
package struct Lease: Hashable, Sendable {
    package var notification: NotificationID
    /// The fencing token.
    package var token: Int64
    package var expiry: Instant

    package init(notification: NotificationID, token: Int64, expiry: Instant) {
        self.notification = notification
        self.token = token
        self.expiry = expiry
    }
}

/// A notification under a lease.
package struct ClaimedNotification: Hashable, Sendable {
    package var notification: NewNotification
    package var lease: Lease
    /// The number of attempts that were recorded before this lease.
    package var attempts: Int
    /// How long the notification was due before it was claimed.
    package var waited: Duration

    package init(notification: NewNotification, lease: Lease, attempts: Int, waited: Duration) {
        self.notification = notification
        self.lease = lease
        self.attempts = attempts
        self.waited = waited
    }
}

/// What one claim took.
package struct Claim: Hashable, Sendable {
    /// The notifications that are now the claimer's, the longest due first.
    package var notifications: [ClaimedNotification]
    /// The number of leases of others that had expired and were taken back into the queue by this claim.
    package var reclaimed: Int

    package init(notifications: [ClaimedNotification], reclaimed: Int) {
        self.notifications = notifications
        self.reclaimed = reclaimed
    }
}
