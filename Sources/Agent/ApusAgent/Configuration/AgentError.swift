import Glibc

/// Why an agent cannot run.
package enum AgentError: Error, CustomStringConvertible {
    /// The option says where to listen instead.
    case addressInUse(host: String, port: Int, option: String)
    case cannotListen(host: String, port: Int, reason: String)
    case socketPathTooLong(String)
    case socketInUse(String)
    /// The system refuses the report socket, with this errno.
    case cannotBindSocket(String, code: Int32)
    /// Something that is no socket has its name, such as `a folder`.
    case socketPathTaken(String, by: String)
    /// Another agent keeps its counts in the folder; its process is nil where it has not said which.
    case stateInUse(String, process: Int32?)
    case stateUnusable(String, reason: String)
    /// One that the service manager passed.
    case unusableSocket(name: String, descriptor: Int32, reason: String)
    case expectedInstances(ExpectedInstancesError)
    /// The file of what is watched.
    case watchFile(WatchFileError)
    /// A pattern of the journal has a name that the agent or another pattern serves.
    case patternNameTaken(String)

    package var description: String {
        switch self {
        case .addressInUse(let host, let port, let option):
            "\(host):\(port) is in use by another process: stop it, or choose another address with \(option)"
        case .cannotListen(let host, let port, let reason):
            "cannot listen on \(host.contains(":") ? "[\(host)]" : host):\(port): \(reason)"
        case .socketPathTooLong(let path):
            "the report socket's path has more than 107 bytes, the most that Linux takes: choose a shorter one with --socket: \(path)"
        case .socketInUse(let path): "another agent answers on \(path): stop it, or choose another path with --socket"
        case .cannotBindSocket(let path, let code): "cannot make the report socket \(path): \(Self.remedy(code, path))"
        case .socketPathTaken(let path, let kind):
            "cannot make the report socket: \(path) is \(kind): name a file in a folder with --socket, such as /run/apus/agent.sock"
        case .stateInUse(let folder, let process):
            "another agent\(process.map { ", process \($0)," } ?? "") keeps its counts in \(folder): choose another --state-directory"
        case .stateUnusable(let folder, let reason): "--state-directory \(folder): \(reason)"
        case .unusableSocket(let name, let descriptor, let reason):
            "the socket \(name), passed as descriptor \(descriptor), \(reason); see the socket unit"
        case .expectedInstances(let error): error.description
        case .watchFile(let error): error.description
        case .patternNameTaken(let name):
            "the journal pattern \(name) has a name that is served already, by the agent or another pattern: choose another one"
        }
    }

    private static func remedy(_ code: Int32, _ path: String) -> String {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        return switch code {
        case ENOENT, ENOTDIR:
            "there is no folder \(folder): make it, `install -d -m 0750 \(folder)`, or choose another path with --socket"
        case EACCES, EPERM:
            "the user with the id \(geteuid()) may not make a file in \(folder): change its owner, or choose another path with --socket"
        case EROFS: "\(folder) is read-only: choose another path with --socket, or a folder of RuntimeDirectory= in the unit"
        default: String(cString: strerror(code))
        }
    }
}
