/// A supervisor that cannot be made as asked.
package enum SupervisorError: Error, Hashable, CustomStringConvertible {
    case duplicateChild(name: String)
    case logFolder(path: String, reason: String)

    package var description: String {
        switch self {
        case .duplicateChild(let name): "two children are named \(name); give each its own name"
        case .logFolder(let path, let reason): "the log folder \(path) cannot be made: \(reason)"
        }
    }
}
