/// Where a child stands.
package enum ChildState: Sendable, Hashable {
    /// Its turn to start has not come.
    case pending
    /// The process runs and is not ready.
    case starting
    case ready
    /// It ended, and is started again after a delay.
    case waitingToRestart
    /// It ended too often, and stays down.
    case parked
    /// It ended, and stays down.
    case stopped
}
