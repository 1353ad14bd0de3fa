import Glibc
import NIOCore
import NIOSSL

/// How an agent speaks TLS, and which certificates of clients it takes.
package struct ServerTLS: Sendable {
    /// What a client is asked for, by the names of Go (https://pkg.go.dev/crypto/tls#ClientAuthType).
    package enum ClientAuthentication: String, CaseIterable, Sendable {
        case none = "NoClientCert"
        /// A certificate is asked for, and not looked at.
        case request = "RequestClientCert"
        /// Any certificate will do.
        case requireAny = "RequireAnyClientCert"
        /// A certificate is asked for, and is of an authority that is known.
        case verifyIfGiven = "VerifyClientCertIfGiven"
        /// A certificate of an authority that is known.
        case requireAndVerify = "RequireAndVerifyClientCert"

        /// Whether a certificate has to be of an authority that is known.
        var isVerified: Bool { self == .verifyIfGiven || self == .requireAndVerify }

        var verification: CertificateVerification {
            switch self {
            case .none: .none
            case .request, .verifyIfGiven: .optionalVerification
            case .requireAny, .requireAndVerify: .noHostnameVerification
            }
        }

        /// Whether whoever has a certificate is taken.
        var takesAny: Bool { self == .request || self == .requireAny }
    }

    let configuration: TLSConfiguration
    let authentication: ClientAuthentication
    /// Names of which a client's certificate has one; `nil`: any.
    let names: Set<String>?
    /// When the server's certificate ends, in seconds since the Unix epoch.
    package let end: Double

    /// What speaks TLS with one client.
    ///
    /// Each has a context of its own. One that they share would keep the sessions of those that take no tickets, 20,480 for two hours with
    /// the certificates of their clients, and there is no way to have it keep none. Nobody resumes a session, so that every connection shows
    /// its certificate.
    func handler() throws -> NIOSSLServerHandler {
        let context = try NIOSSLContext(configuration: configuration)
        guard authentication.takesAny else { return NIOSSLServerHandler(context: context) }
        return NIOSSLServerHandler(context: context, customVerificationCallback: { $1.succeed(.certificateVerified) })
    }

    /// Whether a client with this certificate is one of those that are named; whoever may come without one is.
    func takes(_ certificate: NIOSSLCertificate?) -> Bool {
        guard let names, let certificate else { return true }
        // Byte by byte: texts that mean the same are not the same name.
        func isTaken(_ text: String) -> Bool { names.contains { $0.utf8.elementsEqual(text.utf8) } }
        return certificate._subjectAlternativeNames().contains { name in Self.text(of: name).map(isTaken) ?? false }
    }

    /// A subject's alternative name as the exporters write it.
    private static func text(of name: _SubjectAlternativeName) -> String? {
        let bytes = Array(name.contents)
        switch name.nameType {
        case .dnsName, .email, .uri: return String(validating: bytes, as: UTF8.self)
        case .ipAddress where bytes.count == 4: return bytes.map(String.init).joined(separator: ".")
        case .ipAddress where bytes.count == 16:
            var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            guard inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count)) != nil else { return nil }
            return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        default: return nil
        }
    }
}
