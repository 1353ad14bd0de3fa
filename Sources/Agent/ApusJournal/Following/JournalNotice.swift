import Glibc

/// What those who run a follower should know; each is said once.
package enum JournalNotice: Sendable, Equatable {
    /// The journal cannot be read now; tried again every few seconds.
    case unavailable(JournalError)
    /// The entry of the saved cursor was gone.
    case moved(JournalMove)
    /// A number of entries could not be had although those around them could, by their sequence numbers.
    case missing(UInt64)
    /// A journal file that libsystemd refuses and passes over.
    case damagedFile(path: String, code: Int32)
    /// There are journal files that this user may not read, whose entries are not counted.
    case filesNotReadable(JournalOrigin)
    /// The saved state cannot be used: the counts begin from zero and the cursor at the journal's end.
    case stateUnreadable(JournalStateError)
    /// The state could not be saved: counts go on, and after a kill the next start reads again what came since the last save.
    case stateNotSaved(JournalStateError)
}

extension JournalNotice: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unavailable(let error): return error.description
        case .moved(let move):
            let lost = move.lost.map { "\($0) entries" } ?? "an unknown number of entries"
            return "the last counted journal entry was removed; counting goes on at the next one, and \(lost) between were lost"
        case .missing(let entries): return "\(entries) journal entries are missing from its files: vacuumed or damaged"
        case .damagedFile(let path, let code):
            return "\(path): passed over: \(String(cString: strerror(code))); see journalctl --verify"
        case .filesNotReadable(let source):
            return
                "\(source) has files that this user may not read, and their entries are not counted: add the user to the group "
                + "systemd-journal"
        case .stateUnreadable(let error): return "\(error); counting begins from zero at the journal's end"
        case .stateNotSaved(let error): return "\(error); counts are kept in memory"
        }
    }
}
