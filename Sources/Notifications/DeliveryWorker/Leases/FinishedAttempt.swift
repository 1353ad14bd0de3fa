package import NotificationMetrics
package import NotificationStore

/// An attempt that has ended, to be recorded.
package struct FinishedAttempt: Hashable, Sendable {
    package var held: HeldNotification
    package let outcome: AttemptOutcome
    /// nil when it was delivered.
    package let failure: FailureClass?

    package init(held: HeldNotification, outcome: AttemptOutcome, failure: FailureClass?) {
        self.held = held
        self.outcome = outcome
        self.failure = failure
    }

    package var notification: NotificationID { held.lease.notification }
}
