package import ApusLinux
import Glibc

/// Why an agent cannot run.
package enum AgentError: Error, CustomStringConvertible {
    /// Somebody else listens at an address; the option says where to listen instead.
    case addressInUse(String, by: String, option: String)
    case cannotListen(String, reason: String)
    /// There can be no Unix socket at a path that the option names.
    case socketFile(String, SocketFileFault, option: String)
    /// Another agent keeps its counts in the folder; its process is nil where it has not said which.
    case stateInUse(String, process: Int32?)
    case stateUnusable(String, reason: String)
    /// One that the service manager passed.
    case unusableSocket(name: String, descriptor: Int32, reason: String)
    case expectedInstances(ExpectedInstancesError)
    /// The file of what is watched.
    case watchFile(WatchFileError)
    /// The web configuration.
    case webConfiguration(WatchFileError)
    /// A pattern of the journal has a name that the agent or another pattern serves.
    case patternNameTaken(String)

    package var description: String {
        switch self {
        case .addressInUse(let address, let user, let option):
            "\(address) is in use by \(user): stop it, or choose another address with \(option)"
        case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
        case .socketFile(let path, let fault, let option): Self.socket(path, fault, option)
        case .stateInUse(let folder, let process):
            "another agent\(process.map { ", process \($0)," } ?? "") keeps its counts in \(folder): choose another --state-directory"
        case .stateUnusable(let folder, let reason): "--state-directory \(folder): \(reason)"
        case .unusableSocket(let name, let descriptor, let reason):
            "the socket \(name), passed as descriptor \(descriptor), \(reason); see the socket unit"
        case .expectedInstances(let error): error.description
        case .watchFile(let error), .webConfiguration(let error): error.description
        case .patternNameTaken(let name):
            "the journal pattern \(name) has a name that is served already, by the agent or another pattern: choose another one"
        }
    }

    private static func socket(_ path: String, _ fault: SocketFileFault, _ option: String) -> String {
        let isReport = option == "--socket"
        let place = isReport ? path : "unix:\(path)"
        return switch fault {
        case .tooLong:
            "the path of a Unix socket has \(SocketFile.longestPath) bytes at most, as Linux takes no more: choose a shorter one with \(option): \(path)"
        case .answers: "another agent answers on \(path): stop it, or choose another path with \(option)"
        case .taken(let kind):
            "cannot make a socket: \(path) is \(kind): name a file in a folder with \(option), such as \(isReport ? "/run/apus/agent.sock" : "unix:/run/apus/http.sock")"
        case .exchanged:
            "cannot listen on \(place): another process has put something else there meanwhile: choose a folder that only the user with the id \(geteuid()) may write to, with \(option)"
        case .group(let code):
            "cannot listen on \(place): the file cannot be given its group (\(String(cString: strerror(code)))): make the user with the id \(geteuid()) a member of it, such as by SupplementaryGroups= of the unit"
        case .refused(let code): "cannot listen on \(place): \(remedy(code, path, option))"
        }
    }

    private static func remedy(_ code: Int32, _ path: String, _ option: String) -> String {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        return switch code {
        case ENOENT, ENOTDIR:
            "there is no folder \(folder): make it, `install -d -m 0750 -o USER \(folder)` with the agent's user, or choose another path with \(option)"
        case EACCES, EPERM:
            "the user with the id \(geteuid()) may not make a file in \(folder): change its owner, or choose another path with \(option)"
        case EROFS: "\(folder) is read-only: choose another path with \(option), or a folder of RuntimeDirectory= in the unit"
        default: String(cString: strerror(code))
        }
    }
}
