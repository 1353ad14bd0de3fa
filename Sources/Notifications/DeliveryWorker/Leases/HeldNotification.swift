package import NotificationStore

/// A notification that this worker holds, and until when.
package struct HeldNotification: Hashable, Sendable {
    package let claimed: ClaimedNotification
    /// As it was last renewed.
    package internal(set) var lease: Lease
    package internal(set) var clock: LeaseClock
    /// The store would not renew it: another worker holds the notification, or nobody.
    package internal(set) var isLost = false

    package init(_ claimed: ClaimedNotification, clock: LeaseClock) {
        self.claimed = claimed
        self.clock = clock
        lease = claimed.lease
    }

    /// The lease's fencing token: unlike the notification's id it names one claim, also when a worker claims again what it lost.
    package var token: Int64 { lease.token }
}
