package import NotificationStore

/// What happens to a worker.
package enum WorkerEvent: Sendable {
    /// - Parameter sent: when the request was sent.
    case claimed([ClaimedNotification], sent: ContinuousClock.Instant)
    case claimFailed
    /// An attempt has ended.
    case finished(FinishedAttempt)
    /// An attempt was cut off.
    case interrupted(token: Int64)
    /// What was to be recorded is, or was refused for good.
    case recorded
    case recordFailed
    /// The leases that were still held, as they are now.
    case renewed([Lease], sent: ContinuousClock.Instant)
    case renewFailed
    case released
    case releaseFailed
    /// Stop: attempts under way have so long to end.
    case stop(within: Duration)
    /// Time has passed.
    case alarm
}
