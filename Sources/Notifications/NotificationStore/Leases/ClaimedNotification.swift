/// A notification under a lease.
package struct ClaimedNotification: Hashable, Sendable {
    package var notification: NewNotification
    package var lease: Lease
    /// Attempts recorded before this one.
    package var attempts: Int
    /// How long it was due before it was claimed.
    package var waited: Duration

    package init(notification: NewNotification, lease: Lease, attempts: Int, waited: Duration) {
        self.notification = notification
        self.lease = lease
        self.attempts = attempts
        self.waited = waited
    }
}
