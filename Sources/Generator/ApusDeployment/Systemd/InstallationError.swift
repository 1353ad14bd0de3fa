/// Why the fleet cannot be installed: which path, what the system says, what to do.
public enum InstallationError: Error, Hashable, Sendable, CustomStringConvertible {
    case illegalPrefix(String)
    /// Files with other contents have the names of those to install.
    case changed([String], root: String)
    case unreadable(path: String, reason: String)
    case unwritable(path: String, reason: String)

    public var description: String {
        switch self {
        case .illegalPrefix(let prefix):
            "the prefix “\(prefix)” is illegal: use an absolute path such as /usr, of letters, digits and . _ - +, no slash last"
        case .changed(let paths, let root):
            "nothing is installed under \(root), where \(paths.joined(separator: ", ")) \(paths.count == 1 ? "has" : "have")"
                + " other contents: move what you changed to a drop-in, then replace with --replace"
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)"
        case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)"
        }
    }
}
