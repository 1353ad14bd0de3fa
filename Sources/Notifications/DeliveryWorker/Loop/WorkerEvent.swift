package import NotificationStore

/// What happens to a worker.
package enum WorkerEvent: Sendable {
    /// The store has granted leases, for which it was asked at the moment `sent`; so many rows it could not read, and whether suspects
    /// are due.
    case claimed([ClaimedNotification], sent: ContinuousClock.Instant, unreadable: Int = 0, hasSuspects: Bool = false)
    case claimFailed
    /// An attempt has ended.
    case finished(FinishedAttempt)
    /// An attempt was cut off.
    case interrupted(token: Int64)
    /// The store has recorded the outcomes, or refused them for good.
    case recorded
    case recordFailed
    /// The store has renewed leases: those that were still held, as they are now.
    case renewed([Lease], sent: ContinuousClock.Instant)
    case renewFailed
    case released
    case releaseFailed
    /// The worker is to stop; attempts under way have so long to end.
    case stop(within: Duration)
    /// Time has passed.
    case alarm
}
