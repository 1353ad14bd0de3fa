import ApusLimits
import AgentMetrics
import ApusTLS
import ApusText
import Glibc
import NIOCore
import NIOSSL

/// What the files of a declaration hold that TLS needs.
struct ProbeTLSContents: Sendable, Equatable {
    var authority: [UInt8]?
    var certificate: [UInt8]?
    var key: [UInt8]?

    /// Reads the files.
    static func read(
        _ tls: ProbeTLS, in surroundings: ProbeSurroundings, until deadline: NIODeadline
    ) -> EventLoopFuture<Result<ProbeTLSContents, ProbeFailure>> {
        let files = [(tls.authorityFile, "ca_file"), (tls.certificateFile, "cert_file"), (tls.keyFile, "key_file")]
        let reads = files.map { path, key -> EventLoopFuture<Result<[UInt8]?, ProbeFailure>> in
            guard let path else { return surroundings.loop.makeSucceededFuture(.success(nil)) }
            return surroundings.file(path, key, longest: NetworkProbeLimits.tlsFile.value, until: deadline).map { result in
                result.map { $0 }
            }
        }
        return EventLoopFuture.whenAllSucceed(reads, on: surroundings.loop).map { results in
            Result { () throws(ProbeFailure) in
                ProbeTLSContents(
                    authority: try results[0].get(), certificate: try results[1].get(), key: try results[2].get())
            }
        }
    }
}

/// Makes of a declaration what speaks TLS, from the files as they are at each attempt: certificates that were renewed are taken in.
final class ProbeTLSMaking {
    private let tls: ProbeTLS
    /// What was made last, and of what.
    private var former: (contents: ProbeTLSContents, context: NIOSSLContext)?

    init(_ tls: ProbeTLS) { self.tls = tls }

    /// What speaks TLS with a host.
    func session(_ contents: ProbeTLSContents, with host: String) throws(ProbeFailure) -> ProbeTLSSession {
        let name = tls.serverName ?? host
        // An address is no name to ask for; the certificate must have it all the same.
        let isAddress = (try? SocketAddress(ipAddress: name, port: 0)) != nil
        return ProbeTLSSession(
            context: try context(contents), serverName: isAddress ? nil : name, takesAny: tls.skipsVerification)
    }

    private func context(_ contents: ProbeTLSContents) throws(ProbeFailure) -> NIOSSLContext {
        if let former, former.contents == contents { return former.context }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.takeAllSignatures()
        configuration.certificateVerification = tls.skipsVerification ? .noHostnameVerification : .fullVerification
        // Nothing is waited for once an answer is there.
        configuration.shutdownTimeout = .milliseconds(1)
        if let authority = contents.authority {
            configuration.trustRoots = .certificates(try certificates(authority, tls.authorityFile, "ca_file"))
        } else if access(Self.hashedRoots + "/ca-certificates.crt", R_OK) == 0 {
            // Looked up one by one: all of the system's at once take a megabyte.
            configuration.trustRoots = .file(Self.hashedRoots)
        }
        if let certificate = contents.certificate {
            configuration.certificateChain = try certificates(certificate, tls.certificateFile, "cert_file").map {
                .certificate($0)
            }
        }
        if let key = contents.key {
            guard let key = try? NIOSSLPrivateKey(bytes: key, format: .pem) else {
                throw ProbeFailure(
                    .file, "key_file \(path(tls.keyFile)) holds no private key in PEM that is not encrypted: write one")
            }
            configuration.privateKey = .privateKey(key)
        }
        do {
            let context = try NIOSSLContext(configuration: configuration)
            former = (contents, context)
            return context
        } catch {
            throw ProbeFailure(
                .file,
                "cert_file \(path(tls.certificateFile)) and key_file \(path(tls.keyFile)) do not go together: name the key that the certificate was made for"
            )
        }
    }

    private static let hashedRoots = "/etc/ssl/certs"

    private func path(_ path: String?) -> String { (path ?? "").quotedExcerpt(200) }

    private func certificates(_ bytes: [UInt8], _ file: String?, _ key: String) throws(ProbeFailure) -> [NIOSSLCertificate] {
        if let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty { return certificates }
        throw ProbeFailure(
            .file, "\(key) \(path(file)) holds no certificate in PEM: write one, -----BEGIN CERTIFICATE-----")
    }
}

/// What speaks TLS in one attempt.
struct ProbeTLSSession {
    let context: NIOSSLContext
    /// The name that is asked for; nil of an address.
    let serverName: String?
    /// Whether any certificate is taken.
    let takesAny: Bool
    /// Takes the certificates that the server shows, and ends the handshake, instead of verifying them.
    var onCertificates: (([NIOSSLCertificate]) -> Void)?

    func handler() throws -> NIOSSLClientHandler {
        guard onCertificates != nil || takesAny else {
            guard let serverName else { return try NIOSSLClientHandler(context: context, serverHostname: nil) }
            return try ServerNameCheck.handler(context, host: serverName)
        }
        return try NIOSSLClientHandler(context: context, serverHostname: serverName) { [onCertificates] certificates, promise in
            onCertificates?(certificates)
            promise.succeed(onCertificates == nil ? .certificateVerified : .failed)
        }
    }
}
