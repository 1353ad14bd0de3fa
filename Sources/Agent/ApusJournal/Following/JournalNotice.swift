import ApusLimits
package import ApusLinux
import Glibc

/// What those who run a follower should know; each is said once.
package enum JournalNotice: Sendable, Equatable {
    /// The journal cannot be read now; tried again every few seconds.
    case unavailable(JournalError)
    /// A number of entries could not be had although those around them could, by their sequence numbers.
    case missing(UInt64)
    /// A journal file that libsystemd refuses and passes over.
    case damagedFile(path: String, code: Int32)
    /// There are journal files that this user may not read, whose entries are not counted.
    case filesNotReadable(JournalOrigin)
    /// There are journals of other machines beside that of this one; they are not counted.
    case otherMachines(folders: [String])
    /// There are more files than are read.
    case tooManyFiles(excess: Int)
    /// There are more names of a kind than have counts of their own, or more of one user; further ones are counted together.
    case full(JournalNameKind, limit: Int)
    /// More units than have counts of their own are watched by globs; further instances are counted by their template.
    case watchedFull(limit: Int)
    /// There are more namespaces than are followed.
    case tooManyNamespaces([String])
    /// The kernel tells of no new files: they are looked for every few seconds.
    case notWatched(LinuxError)
    /// The saved state has a wrong content and is put aside: the counts begin from zero and the places at the journal's end.
    case stateUnreadable(JournalStateError)
    /// The state could not be saved: counts go on, and after a kill the next start reads again what came since the last save.
    case stateNotSaved(JournalStateError)
}

extension JournalNotice: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unavailable(let error): return error.description
        case .missing(let entries): return "\(entries) journal entries are missing from its files: vacuumed or damaged"
        case .damagedFile(let path, let code):
            return "\(path): passed over: \(String(cString: strerror(code))); see journalctl --verify"
        case .filesNotReadable(let source):
            return
                "\(source) has files that this user may not read, and their entries are not counted: add the user to the group "
                + "systemd-journal"
        case .otherMachines(let folders):
            return
                "journals of other machines are not counted: \(folders.prefix(3).joined(separator: ", "))"
                + "\(folders.count > 3 ? " and \(folders.count - 3) more" : ""); an agent with --journal-directory counts them"
        case .tooManyFiles(let excess):
            return "\(excess) journal files are not read: \(JournalFollowingLimits.files.remedy)"
        case .full(.unit, let limit):
            return
                "\(limit) units have counts of their own, and further ones are counted as \(JournalCounts.otherUnits): "
                + JournalFollowingLimits.units.remedy
        case .watchedFull(let limit):
            return
                "\(limit) watched units have counts of their own, and further ones that a glob matches are counted by their template, or as "
                + "\(JournalCounts.otherUnits): \(JournalFollowingLimits.watchedUnits.remedy)"
        case .full(let kind, let limit):
            return
                "\(kind.noun) have counts of their own up to \(limit), a quarter of them of one user, and further ones are counted as "
                + "\(JournalCounts.otherUnits): \(JournalFollowingLimits.names.remedy)"
        case .tooManyNamespaces(let names):
            return
                "namespaces of the journal are not followed: \(names.prefix(3).joined(separator: ", "))"
                + "\(names.count > 3 ? " and \(names.count - 3) more" : ""): \(JournalFollowingLimits.namespaces.remedy)"
        case .stateUnreadable(let error):
            return "\(error); it is put aside as .unreadable-TIME beside it, and counting begins from zero at the journal's end"
        case .notWatched(let error):
            return
                "changes of the journal are looked for in pauses, as the kernel tells of none (\(error.reason)): raise "
                + "fs.inotify.max_user_instances or max_user_watches (sysctl), or end what holds them"
        case .stateNotSaved(let error): return "\(error); counts are kept in memory"
        }
    }
}

extension JournalNotice {
    /// What repeats itself: lines of one subject are left out together when they are too many.
    package var subject: String {
        switch self {
        case .unavailable: "unavailable"
        case .missing: "missing"
        case .damagedFile(let path, _): "damaged \(path)"
        case .filesNotReadable: "not readable"
        case .otherMachines: "other machines"
        case .tooManyFiles: "files"
        case .full(let kind, _): "full \(kind.rawValue)"
        case .watchedFull: "full watched"
        case .tooManyNamespaces: "namespaces"
        case .stateUnreadable: "state"
        case .stateNotSaved: "save"
        case .notWatched: "watch"
        }
    }
}

extension JournalNameKind {
    /// The kind in a sentence.
    fileprivate var noun: String {
        switch self {
        case .unit: "units"
        case .container: "containers"
        case .userUnit: "user units"
        case .identifier: "identifiers"
        }
    }
}
