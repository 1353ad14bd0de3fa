/// As whom a probe asks over HTTP.
public enum ProbedLogin: Hashable, Sendable {
    /// A user with a password, by the scheme `Basic`.
    case user(String, password: ProbeFile)
    /// A token, by the scheme `Bearer`.
    case token(ProbeFile)

    /// The file that has the password or the token.
    package var file: ProbeFile {
        switch self {
        case .user(_, let file), .token(let file): file
        }
    }
}

/// A code of HTTP that a service answers with while it is well; a number is that code.
public enum ProbedStatus: Hashable, Sendable, ExpressibleByIntegerLiteral {
    /// One code, from 100 to 599.
    case code(Int)
    /// All codes that begin with a digit from 1 to 5, as `2xx`.
    case all(of: Int)

    public init(integerLiteral code: Int) { self = .code(code) }

    /// The word of the agent's file.
    package var text: String {
        switch self {
        case .code(let code): "\(code)"
        case .all(let digit): "\(digit)xx"
        }
    }
}

/// The management plugin of a ``Broker``, which sees the queues of all nodes of the cluster.
public struct BrokerManagement: Hashable, Sendable {
    public let port: Int
    /// The user, with the tag `monitoring`.
    public let user: String
    /// The file of the password; nil for the credential `NAME-USER-password`.
    public let password: ProbeFile?

    public init(port: Int = 15672, user: String, password: ProbeFile? = nil) {
        self.port = port
        self.user = user
        self.password = password
    }
}
