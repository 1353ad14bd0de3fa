/// The journal that is read.
package enum JournalOrigin: Sendable, Equatable {
    /// The machine's own, volatile and persistent, with the journals of its users as far as they may be read.
    case system
    /// The journal of a namespace, as of `systemd-journald@NAME.service`.
    case namespace(String)
    /// The journal files of a folder and of the folders in it.
    case directory(String)
    /// A list of files and nothing else; files that appear later are not seen.
    case files([String])

    /// The folders that hold its files, and the files that are named outright.
    var paths: [String] {
        switch self {
        case .system, .namespace: ["/run/log/journal", "/var/log/journal"]
        case .directory(let path): [path]
        case .files(let paths): paths
        }
    }
}

extension JournalOrigin: CustomStringConvertible {
    package var description: String {
        switch self {
        case .system: "the system's journal"
        case .namespace(let name): "the journal of the namespace \(name)"
        case .directory(let path): "the journal in \(path)"
        case .files(let paths): "the journal of \(paths.count) files"
        }
    }
}
