import ApusLimits
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
    /// Where its connection goes; nil when it needs none.
    package let destination: Destination?
    /// What may hang together with it: its user and its destination's site; nothing when it needs no connection.
    package let groups: [AttemptPlaces.Group]

    package init(_ claimed: ClaimedNotification, clock: LeaseClock) {
        self.claimed = claimed
        self.clock = clock
        lease = claimed.lease
        destination = claimed.notification.destination
        groups = destination.map { [.user(claimed.notification.userID), .site($0.site)] } ?? []
    }

    /// Whether it has been deferred for so long that it is attempted although its destination is closed.
    package var isOverdue: Bool { claimed.age > DeliveryLimits.deferral.value }

    /// The lease's fencing token: unlike the notification's id it names one claim, also when a worker claims again what it lost.
    package var token: Int64 { lease.token }
}

/// An attempt that has ended, or that is not made now, to be recorded.
package struct FinishedAttempt: Hashable, Sendable {
    package var held: HeldNotification
    package let outcome: AttemptOutcome
    /// The class of the failure; nil when the notification was delivered.
    package let failure: FailureClass?
    /// Why it is not made now; nil when it was made.
    package let deferral: DeferralReason?
    /// How the destination did.
    package let reach: DestinationGate.Reach
    /// The address that was tried, with its port; nil when there was none.
    package let address: String?

    package init(
        held: HeldNotification, outcome: AttemptOutcome, failure: FailureClass?,
        reach: DestinationGate.Reach = .answered(within: .zero), address: String? = nil
    ) {
        self.held = held
        self.outcome = outcome
        self.failure = failure
        self.reach = reach
        self.address = address
        deferral = nil
    }

    /// Makes the outcome of an attempt that is not made now.
    package init(
        deferring held: HeldNotification, for pause: Duration, _ reason: DeferralReason, because text: String,
        reach: DestinationGate.Reach = .unknown
    ) {
        self.held = held
        self.reach = reach
        outcome = AttemptOutcome(
            lease: held.lease, result: .deferred(for: pause, reason: text), startedAt: Instant(milliseconds: 0), duration: .zero
        )
        failure = nil
        address = nil
        deferral = reason
    }

    package var notification: NotificationID { held.lease.notification }
}
