package import NotificationMetrics
package import NotificationStore

/// A notification that this worker holds, and until when.
package struct HeldNotification: Hashable, Sendable {
    package let claimed: ClaimedNotification
    /// The lease as it was last renewed.
    package internal(set) var lease: Lease
    package internal(set) var clock: LeaseClock
    /// Whether the store would not renew the lease: another worker holds the notification, or nobody.
    package internal(set) var isLost = false

    package init(_ claimed: ClaimedNotification, clock: LeaseClock) {
        self.claimed = claimed
        self.clock = clock
        lease = claimed.lease
    }

    /// The lease's fencing token: unlike the notification's id it names one claim, also when a worker claims again what it lost.
    package var token: Int64 { lease.token }
}

/// An attempt that has ended, to be recorded.
package struct FinishedAttempt: Hashable, Sendable {
    package var held: HeldNotification
    package let outcome: AttemptOutcome
    /// The class of the failure; nil when the notification was delivered.
    package let failure: FailureClass?

    package init(held: HeldNotification, outcome: AttemptOutcome, failure: FailureClass?) {
        self.held = held
        self.outcome = outcome
        self.failure = failure
    }

    package var notification: NotificationID { held.lease.notification }
}
