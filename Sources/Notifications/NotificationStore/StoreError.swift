/// Why a store could not do what was asked; nothing was changed.
package enum StoreError: Error, CustomStringConvertible {
    /// The store could not be opened or brought up to date; the reason says what to do about it.
    case cannotOpen(StoreLocation, reason: String)
    /// The store was written by a later version, which made a step of the schema that this one does not know.
    case newerSchema(StoreLocation, migration: String)
    /// Another writer held the store for too long, or the pool had no connection to give in time.
    case busy(reason: String)
    /// The store's disk has no room for what was to be written.
    case full(operation: String, reason: String)
    /// One row is in a form that this version cannot read; the reason names its column.
    case unreadable(reason: String)
    /// Too much waits already to take more.
    case refused(EnqueueRefusal)
    /// The store cannot be reached at the moment: its file is gone or replaced, or its disk fails.
    case unavailable(reason: String)
    /// The store failed in an operation.
    case failed(operation: String, reason: String)

    package var description: String {
        switch self {
        case .cannotOpen(let location, let reason): "the database \(location.name) cannot be opened: \(reason)"
        case .newerSchema(let location, let migration):
            "the database \(location.name) holds the migration \(migration), which this version does not know; "
                + "run a later version"
        case .busy(let reason): "the database is busy, try again: \(reason)"
        case .full(let operation, let reason): "the database could not \(operation): \(reason)"
        case .unreadable(let reason): "the database holds a row that cannot be read: \(reason)"
        case .refused(let refusal): "nothing was stored: \(refusal.reason)"
        case .unavailable(let reason): "the database cannot be reached: \(reason)"
        case .failed(let operation, let reason): "the database failed to \(operation): \(reason)"
        }
    }
}

/// Why a store takes no more notifications at the moment.
package struct EnqueueRefusal: Hashable, Sendable {
    /// Whose budget is used up.
    package enum Owner: Hashable, Sendable {
        /// The share of one user; others are not concerned.
        case user(String)
        /// The whole queue.
        case queue
        /// The disk, whose last bytes are kept for outcomes, by which the queue shrinks.
        case disk
    }

    package var owner: Owner
    /// What is used up, with the numbers.
    package var reason: String

    package init(owner: Owner, reason: String) {
        self.owner = owner
        self.reason = reason
    }
}
