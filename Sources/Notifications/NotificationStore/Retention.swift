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

    package init(data: Int, writeAheadLog: Int) {
        self.data = data
        self.writeAheadLog = writeAheadLog
    }
}
