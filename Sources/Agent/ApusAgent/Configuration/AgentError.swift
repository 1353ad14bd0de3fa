/// Why an agent cannot run.
package enum AgentError: Error, CustomStringConvertible {
    case addressInUse(host: String, port: Int)
    case cannotListen(host: String, port: Int, reason: String)
    case socketPathTooLong(String)
    case socketInUse(String)
    case cannotBindSocket(String, reason: String)
    /// One that the service manager passed.
    case unusableSocket(name: String, descriptor: Int32, reason: String)
    case expectedInstances(ExpectedInstancesError)
    /// A pattern of the journal has a name that the agent or another pattern serves.
    case patternNameTaken(String)

    package var description: String {
        switch self {
        case .addressInUse(let host, let port):
            "\(host):\(port) is in use by another process: stop it, or choose another address with --listen"
        case .cannotListen(let host, let port, let reason): "cannot listen on \(host):\(port): \(reason)"
        case .socketPathTooLong(let path):
            "the report socket's path has more than 107 bytes, the most that Linux takes: choose a shorter one with --socket: \(path)"
        case .socketInUse(let path): "another agent answers on \(path): stop it, or choose another path with --socket"
        case .cannotBindSocket(let path, let reason):
            "cannot make the report socket \(path): \(reason); its folder must exist and be writable"
        case .unusableSocket(let name, let descriptor, let reason):
            "the socket \(name), passed as descriptor \(descriptor), \(reason); see the socket unit"
        case .expectedInstances(let error): error.description
        case .patternNameTaken(let name):
            "the journal pattern \(name) has a name that is served already, by the agent or another pattern: choose another one"
        }
    }
}
