/// Why a name has no addresses.
package enum LookupError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name server says that there is no such name, or that it has no address.
    case unknown(String)
    /// No name server has answered yet, or none that knows.
    case noAnswer(String)
    /// No more names may wait than wait already.
    case busy(Int)

    package var description: String {
        switch self {
        case .unknown(let reason): "the host's name has no address: \(reason)"
        case .noAnswer(let reason): "the host's name cannot be looked up yet: \(reason)"
        case .busy(let most):
            "the host's name cannot be looked up yet: \(most) other names wait, or its own server did not answer"
        }
    }
}
