/// Why an API cannot listen.
package enum APIServerError: Error, Hashable, CustomStringConvertible {
    case portInUse(host: String, port: Int)
    case cannotListen(host: String, port: Int, reason: String)

    package var description: String {
        switch self {
        case .portInUse(let host, let port):
            "port \(port) on \(host) is in use; stop what listens there, or choose another port"
        case .cannotListen(let host, let port, let reason):
            "the API cannot listen on \(host):\(port): \(reason)"
        }
    }
}
