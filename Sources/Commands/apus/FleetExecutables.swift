import CommandConventions
import Glibc

/// The files that the processes of a fleet are started from.
struct FleetExecutables {
    /// This executable, for the APIs and the workers.
    let apus: String
    let agent: String

    /// - Parameter agent: the agent's executable; nil looks for `apus-agent` beside this one.
    init(agent: String?) throws {
        guard let resolved = realpath("/proc/self/exe", nil) else {
            throw CommandFailure("/proc/self/exe cannot be read, so this executable cannot start itself: is /proc mounted?")
        }
        defer { free(resolved) }
        apus = String(cString: resolved)
        self.agent = agent ?? "\(Self.folder(of: apus))/apus-agent"
        guard access(self.agent, X_OK) == 0 else {
            throw CommandFailure("there is no agent to run at \(self.agent); name it with --agent-executable")
        }
    }

    /// The file of an executable, by the name that its services declare: beside this one unless it was named.
    func path(of name: String) throws -> String {
        switch name {
        case "apus": return apus
        case "apus-agent": return agent
        default:
            let path = "\(Self.folder(of: apus))/\(name)"
            guard access(path, X_OK) == 0 else {
                throw CommandFailure("there is no executable at \(path), which the fleet's services need: build it")
            }
            return path
        }
    }

    private static func folder(of path: String) -> Substring { path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex) }
}
