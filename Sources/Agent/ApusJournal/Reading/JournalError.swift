import Glibc

/// Why a journal cannot be read.
package enum JournalError: Error, Equatable {
    /// The journal does not open: there is no such folder, or no permission.
    case open(JournalOrigin, code: Int32)
    /// A call of libsystemd failed on an open journal.
    case read(JournalOrigin, call: String, code: Int32)
    /// A cursor is not one.
    case cursor(String)
    /// The saved place cannot be had now, or cannot be put aside: nothing is counted, and nothing saved, until it can.
    case state(JournalStateError)
}

extension JournalError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .open(let source, let code):
            "\(source) cannot be opened: \(String(cString: strerror(code))); does it exist, and is this user in the group systemd-journal?"
        case .read(let source, let call, let code): "\(source) cannot be read: \(call): \(String(cString: strerror(code)))"
        case .state(let error): "\(error); nothing is counted until it can be read: it is tried again every few seconds"
        case .cursor(let text): "\"\(text)\" is not a journal cursor"
        }
    }
}
