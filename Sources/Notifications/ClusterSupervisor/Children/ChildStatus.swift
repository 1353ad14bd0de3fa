/// A snapshot of one child.
package struct ChildStatus: Sendable, Hashable {
    package let name: String
    package internal(set) var state = ChildState.pending
    /// The id of the process while it runs.
    package internal(set) var pid: Int32?
    /// The number of times that it was started again.
    package internal(set) var restarts = 0
    /// How it ended the last time.
    package internal(set) var lastExit: ChildExit?
}

/// Where a child stands.
package enum ChildState: Sendable, Hashable {
    /// The child is not started, because its turn has not come.
    case pending
    /// The process runs and is not ready.
    case starting
    case ready
    /// The process ended, and is started again after a delay.
    case waitingToRestart
    /// The process ended too often, and is started again only after a long pause.
    case parked
    /// The process ended, and the child stays down.
    case stopped
}
