/// How long what has left the queue is kept; nil is for ever.
package struct Retention: Hashable, Sendable {
    /// The time since a notification was delivered; idempotency keys are kept as long.
    package var delivered: Duration?
    /// The time since a notification was given up.
    package var dead: Duration?

    package init(delivered: Duration?, dead: Duration?) {
        self.delivered = delivered
        self.dead = dead
    }

    /// The retention while the disk is nearly full: what was delivered is kept for half as long, and half of that, so many times.
    ///
    /// - Parameter shortest: the time that is left to it in any case, in which clients repeat requests.
    package func shortened(_ halvings: Int, shortest: Duration) -> Retention {
        guard let delivered, delivered > shortest else { return self }
        return Retention(delivered: max(shortest, delivered / (1 << min(halvings, 30))), dead: dead)
    }
}

/// What one step of a removal did.
package struct Removal: Hashable, Sendable {
    /// The number of notifications that were removed.
    package var count: Int
    /// Where the next step begins; nil when all was looked at.
    package var next: Int64?

    package init(count: Int, next: Int64?) {
        self.count = count
        self.next = next
    }
}

/// The bytes that a store takes.
package struct StoreUsage: Hashable, Sendable {
    /// The bytes of the data.
    package var data: Int
    /// The bytes of the write-ahead log.
    package var writeAheadLog: Int
    /// The bytes that it can still take, without those that are kept for outcomes; nil when that is not known.
    package var room: Int?

    package init(data: Int, writeAheadLog: Int, room: Int? = nil) {
        self.data = data
        self.writeAheadLog = writeAheadLog
        self.room = room
    }
}
