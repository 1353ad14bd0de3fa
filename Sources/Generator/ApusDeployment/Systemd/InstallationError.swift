public import ApusFiles

/// Why the fleet cannot be installed: which path, what the system says, what to do.
public enum InstallationError: Error, Hashable, Sendable, CustomStringConvertible {
    case illegalPrefix(String)
    /// A unit starts an executable of this name, and none was given.
    case missingExecutable(String)
    /// Files with other contents have the names of those to install.
    case changed([String], root: String)
    /// A file of the fleet cannot be made, for a reason.
    case unwritable(String)
    /// What the system refuses, by the path.
    case failed(OutputError)

    public var description: String {
        switch self {
        case .illegalPrefix(let prefix):
            "the prefix “\(prefix)” is illegal: use an absolute path such as /usr, of letters, digits and . _ - +, no slash last"
        case .missingExecutable(let name):
            "the units start an executable “\(name)”, which is not among those to install: name its file"
        case .changed(let paths, let root):
            "nothing is installed under \(root), where \(paths.joined(separator: ", ")) \(paths.count == 1 ? "has" : "have")"
                + " other contents: move what you changed to a drop-in, then replace with --replace"
        case .unwritable(let reason): "a file of the fleet cannot be made: \(reason)"
        case .failed(let error): error.description
        }
    }
}
