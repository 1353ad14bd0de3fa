/// Why a folder could not be locked.
package enum FolderLockError: Error, Hashable, CustomStringConvertible {
    /// Another process holds it; its pid where it wrote one.
    case held(path: String, pid: Int32?)
    case unusable(path: String, reason: String)

    package var description: String {
        switch self {
        case .held(let path, .some(let pid)): "\(path) is held by process \(pid); stop it, or choose another folder"
        case .held(let path, nil): "\(path) is held by another process; stop it, or choose another folder"
        case .unusable(let path, let reason): "\(path) cannot be locked: \(reason)"
        }
    }
}
