import GRDB
import NotificationStore

extension StoreError {
    /// Makes the error of an operation that ran into another one.
    static func running(_ operation: String, _ error: any Error) -> StoreError {
        switch error {
        case let error as StoreError: error
        case let error as DatabaseError where error.isBusy: .busy(reason: "it could not \(operation): \(error.reason)")
        case let error as DatabaseError where error.isFull:
            .full(operation: operation, reason: error.reason)
        case let error as DatabaseError where error.isUnavailable:
            .unavailable(reason: "it could not \(operation): \(error.reason)")
        case let error as DatabaseError: .failed(operation: operation, reason: error.reason)
        default: .failed(operation: operation, reason: "\(error)")
        }
    }

    /// Makes the error of opening a database that ran into another one.
    static func opening(_ path: String, _ error: any Error) -> StoreError {
        switch error {
        case let error as StoreError: error
        case let error as DatabaseError where error.isBusy: .busy(reason: "\(path) could not be opened: \(error.reason)")
        case let error as DatabaseError: .cannotOpen(.sqlite(path: path), reason: error.reason)
        default: .cannotOpen(.sqlite(path: path), reason: "\(error)")
        }
    }
}

extension DatabaseError {
    /// SQLite has no room for what is written, or for its shared memory, which it lays out beforehand (`SQLITE_IOERR_SHMSIZE`).
    fileprivate var isFull: Bool { resultCode == .SQLITE_FULL || extendedResultCode.rawValue == 10 | 19 << 8 }

    fileprivate var isBusy: Bool { resultCode == .SQLITE_BUSY || resultCode == .SQLITE_LOCKED }

    /// Whether the file cannot be reached at the moment, where another moment may differ.
    fileprivate var isUnavailable: Bool { [.SQLITE_CANTOPEN, .SQLITE_IOERR, .SQLITE_READONLY].contains(resultCode) }

    /// Says what happened and, where it is not the caller's doing, what to look at; the statement is left out, which may hold what is
    /// private.
    fileprivate var reason: String {
        let message = message ?? "\(extendedResultCode)"
        if isFull { return "the disk is full; free space on it" }
        return switch resultCode {
        case .SQLITE_READONLY: "the file or its folder may not be written by this user (\(message))"
        case .SQLITE_NOTADB: "it is not an SQLite database"
        case .SQLITE_CORRUPT: "the file is damaged; restore it from a backup (\(message))"
        case .SQLITE_IOERR: "the disk failed (\(message), SQLite \(extendedResultCode.rawValue))"
        default: "\(message) (SQLite \(extendedResultCode.rawValue))"
        }
    }
}
