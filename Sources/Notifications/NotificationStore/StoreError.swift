/// Why the store could not do what was asked; nothing was changed.
package enum StoreError: Error, CustomStringConvertible {
    /// The database's folder is not there.
    case missingFolder(path: String)
    /// The database could not be opened or brought up to date.
    case cannotOpen(path: String, reason: String)
    /// The database was written by a later version.
    case newerSchema(path: String, migration: String)
    /// Another writer held the database for too long, or the pool had no connection to give in time.
    case busy(reason: String)
    /// The database failed in an operation.
    case failed(operation: String, reason: String)

    package var description: String {
        switch self {
        case .missingFolder(let path): "there is no folder for the database \(path); make it, or name another with --data"
        case .cannotOpen(let path, let reason): "the database \(path) cannot be opened: \(reason)"
        case .newerSchema(let path, let migration):
            "the database \(path) holds the migration \(migration), which this version does not know; run a later version"
        case .busy(let reason): "the database is busy, try again: \(reason)"
        case .failed(let operation, let reason): "the database failed to \(operation): \(reason)"
        }
    }
}
