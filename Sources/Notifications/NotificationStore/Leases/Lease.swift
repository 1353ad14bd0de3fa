/// A lease on one notification. Its token is drawn from a sequence that only rises, so that a holder whose lease has passed to
/// another is told apart from it, however late it reports.
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
