/// How a probe speaks TLS with a server of HTTP, Redis or RabbitMQ, or with a port.
///
/// ```swift
/// FleetProbe(.redis("sessions", password: .credential("sessions"), tls: .verified(by: .file("/etc/ssl/ours.pem"))))
/// ```
public enum ProbedTLS: Hashable, Sendable {
    /// The connection is as the network is: for servers that a tunnel leads to.
    case off
    /// The server must show a certificate that is made for it.
    ///
    /// - Parameters:
    ///   - by: certificates of authorities in PEM; nil for those that the system trusts.
    ///   - identity: by which the server knows the agent; nil where it does not ask.
    ///   - serverName: that the certificate must have; nil for the host that is asked.
    case verified(by: ProbeFile? = nil, identity: ProbeIdentity? = nil, serverName: String? = nil)

    /// The files that it needs.
    var files: [ProbeFile] {
        switch self {
        case .off: []
        case .verified(let authority, let identity, _): [authority, identity?.certificate, identity?.key].compactMap { $0 }
        }
    }
}

/// How a probe speaks TLS with a server of PostgreSQL's protocol (`sslmode`).
public enum DatabaseTLS: Hashable, Sendable {
    /// The connection is as the network is (`disable`): for servers that a tunnel leads to.
    case off
    /// The connection is encrypted where the server knows how (`prefer`): what stands between the two can talk them out of it.
    case preferred
    /// The connection is encrypted, whoever the server is (`require`).
    case required
    /// The server must show a certificate of this authority that is made for its host (`verify-full`).
    ///
    /// - Parameter identity: by which the server knows the agent; nil where it does not ask.
    case verified(by: ProbeFile, identity: ProbeIdentity? = nil)

    /// The word of libpq.
    package var mode: String {
        switch self {
        case .off: "disable"
        case .preferred: "prefer"
        case .required: "require"
        case .verified: "verify-full"
        }
    }

    /// The files that it needs.
    var files: [ProbeFile] {
        guard case .verified(let authority, let identity) = self else { return [] }
        return [authority, identity?.certificate, identity?.key].compactMap { $0 }
    }
}

/// A certificate by which a server knows the agent, and its key, both in PEM.
public struct ProbeIdentity: Hashable, Sendable {
    public let certificate: ProbeFile
    public let key: ProbeFile

    public init(certificate: ProbeFile, key: ProbeFile) {
        self.certificate = certificate
        self.key = key
    }
}
