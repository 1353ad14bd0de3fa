package import NotificationStore

/// What a worker does next.
package enum WorkerAction: Hashable, Sendable {
    case claim(limit: Int)
    case attempt(HeldNotification)
    /// No notification is in a batch twice.
    case record([FinishedAttempt])
    case renew([Lease])
    case release([Lease])
    /// Cut off the attempts under way.
    case interruptAttempts
    /// Tell that a lease passed before its notification was attempted.
    case forget([HeldNotification])
}
