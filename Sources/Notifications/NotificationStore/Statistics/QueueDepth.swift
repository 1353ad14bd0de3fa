/// The queue as SQL counts it.
package struct QueueDepth: Hashable, Sendable {
    /// Due, leased by nobody; with expired leases, which the next claim takes.
    package var pending: Int
    /// Due later.
    package var scheduled: Int
    /// Leased.
    package var locked: Int
    /// How long the longest due notification that nobody holds has been due; zero when there is none.
    package var oldestAge: Duration

    package init(pending: Int, scheduled: Int, locked: Int, oldestAge: Duration) {
        self.pending = pending
        self.scheduled = scheduled
        self.locked = locked
        self.oldestAge = oldestAge
    }
}
