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
    /// The time since it was accepted, or since the moment that its sender asked for.
    package var age: Duration
    /// The number of workers that died with a lease on it since its last outcome.
    package var deaths: Int

    package init(
        notification: NewNotification, lease: Lease, attempts: Int, waited: Duration, age: Duration = .zero, deaths: Int = 0
    ) {
        self.notification = notification
        self.lease = lease
        self.attempts = attempts
        self.waited = waited
        self.age = age
        self.deaths = deaths
    }
}

/// What one claim took.
package struct Claim: Hashable, Sendable {
    /// The notifications that are now the claimer's, the longest due first.
    package var notifications: [ClaimedNotification]
    /// The number of leases of others that had expired and were taken back into the queue by this claim.
    package var reclaimed: Int
    /// Whether notifications whose workers died are due; a claim of ``ClaimRequest/Kind/suspect`` takes one.
    package var hasSuspects: Bool
    /// The notifications that this claim gave up, because as many workers as may had died with a lease on them.
    package var buried: [BuriedNotification]
    /// The rows that this version cannot read, each as a text for an operator; they stay queued, and are passed over for a while.
    package var unreadable: [String]

    package init(
        notifications: [ClaimedNotification], reclaimed: Int, hasSuspects: Bool = false, buried: [BuriedNotification] = [],
        unreadable: [String] = []
    ) {
        self.notifications = notifications
        self.reclaimed = reclaimed
        self.hasSuspects = hasSuspects
        self.buried = buried
        self.unreadable = unreadable
    }
}

/// A notification that was given up because its workers died.
package struct BuriedNotification: Hashable, Sendable {
    package var id: String
    /// The channel; nil when this version does not know it.
    package var channel: Channel?

    package init(id: String, channel: Channel?) {
        self.id = id
        self.channel = channel
    }
}
