/// The queue as the store counts it.
package struct QueueDepth: Hashable, Sendable {
    /// The number that is due and leased by nobody, with expired leases, which the next claim takes.
    package var pending: Int
    /// The number that is due later.
    package var scheduled: Int
    /// The number that is leased.
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

/// Everything that the store holds, counted.
package struct StoreCounts: Hashable, Sendable {
    package var pending: Int
    package var processing: Int
    package var delivered: Int
    package var dead: Int
    /// The number of attempts that were recorded, whatever came of them.
    package var attempts: Int

    package init(pending: Int, processing: Int, delivered: Int, dead: Int, attempts: Int) {
        self.pending = pending
        self.processing = processing
        self.delivered = delivered
        self.dead = dead
        self.attempts = attempts
    }
}

/// The connections to the store that this process holds open.
package struct ConnectionCounts: Hashable, Sendable {
    package var idle: Int
    package var used: Int
    /// The maximum number that this process may open.
    package var limit: Int

    package init(idle: Int, used: Int, limit: Int) {
        self.idle = idle
        self.used = used
        self.limit = limit
    }
}
