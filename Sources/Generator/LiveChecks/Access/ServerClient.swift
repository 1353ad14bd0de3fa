import ApusHTTP
import ApusText
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL

/// Asks a server as its access says.
///
/// One with a client of its own is closed by ``close()`` after its last answer.
final class ServerClient: Sendable {
    struct Answer: Sendable {
        let status: Int
        let body: ByteBuffer

        /// The first line of what a server says in words, for a message; empty of anything else.
        func words(_ headers: HTTPHeaders) -> String {
            guard headers.first(name: "Content-Type").map({ $0.hasPrefix("text/plain") }) ?? true else { return "" }
            let line = String(buffer: body).prefix { !$0.isNewline }
            return line.isEmpty ? "" : ": \(line.excerpt(200).showingUnseen())"
        }
    }

    /// The server's URL as messages give it.
    let url: String
    private let base: String
    private let headers: HTTPHeaders
    private let client: HTTPClient
    private let isOwn: Bool
    private let followsRedirects: Bool
    /// The host of the URL by the name of its certificate.
    private let alias: RedirectTrail.HostAlias?
    /// Whether it is asked by TLS, without a certificate of the client.
    private let isAnonymous: Bool

    /// Asks a server as the user whom its URL names, if any; what is wrong with the URL comes out at the first request.
    init(open text: String) {
        let access = try? ServerAccess(url: text)
        // What is no URL of a server may have a password in it all the same.
        let place = access?.url ?? (text.contains("@") ? "the URL" : text.hasSuffix("/") ? String(text.dropLast()) : text)
        (url, base, headers, client, isOwn) = (place, place, access?.headers ?? HTTPHeaders(), .once, false)
        (followsRedirects, alias) = (true, nil)
        isAnonymous = place.hasPrefix("https:")
    }

    /// - Throws: ``AccessFault`` where certificates, key or name are none.
    init(_ access: ServerAccess) throws(AccessFault) {
        url = access.url
        isAnonymous = access.url.hasPrefix("https:") && access.security.certificate == nil
        followsRedirects = access.followsRedirects && !access.hasOwnHeaders
        var headers = access.headers
        guard !access.isPlain else {
            (base, client, isOwn, self.headers, alias) = (access.url, .once, false, headers, nil)
            return
        }
        var configuration = HTTPClient.Configuration.once
        configuration.tlsConfiguration = try access.security.configuration()
        if !access.usesHTTP2 { configuration.httpVersion = .http1Only }
        if let name = access.security.serverName, var parts = URLComponents(string: access.url), let host = parts.host {
            configuration.dnsOverride = [name: host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host]
            headers.add(name: "Host", value: host + (parts.port.map { ":\($0)" } ?? ""))
            parts.host = name
            guard let named = parts.string else {
                throw AccessFault("server_name \(name.quotedExcerpt()) is no name of a host")
            }
            base = named
            alias = RedirectTrail.HostAlias(host: host, name: name)
        } else {
            base = access.url
            alias = nil
        }
        self.headers = headers
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        isOwn = true
    }

    /// - Parameters:
    ///   - path: behind the server's URL, with its query.
    ///   - longest: bytes of an answer past which it fails.
    func get(
        _ path: String, accept: String, timeout: TimeAmount, longest: Int
    ) async throws(ServerSilence) -> (answer: Answer, words: String) {
        let deadline = NIODeadline.now() + timeout
        var headers = headers
        headers.add(name: "Accept", value: accept)
        // Series are so alike that a packed answer shrinks by more than the client lets a server's answer grow again.
        headers.add(name: "Accept-Encoding", value: "identity")
        var trail = RedirectTrail(base + path, headers, alias: alias)
        guard URLPort.isReachable(in: trail.url) else { throw ServerSilence(reason: ServerPlace.noPort) }
        do {
            while true {
                var request = HTTPClientRequest(url: trail.url)
                request.headers = trail.headers
                let response = try await client.execute(request, deadline: deadline)
                if followsRedirects, try trail.follow(response) { continue }
                let answer = Answer(status: Int(response.status.code), body: try await response.body.collect(upTo: longest))
                return (answer, answer.status == 200 ? "" : answer.words(response.headers))
            }
        } catch let error as ServerSilence {
            throw error
        } catch is NIOTooManyBytesError {
            throw ServerSilence(reason: "its answer has more than \(longest) bytes")
        } catch {
            throw ServerSilence(
                reason: SecurityText.reason("\(error)") ?? NetworkErrorText.asking(error, at: url) + hint(to: error))
        }
    }

    /// With TLS 1.3 a server that misses a certificate closes a connection that the client has taken for good.
    private func hint(to error: any Error) -> String {
        guard isAnonymous, (error as? HTTPClientError) == .remoteConnectionClosed else { return "" }
        return ": it may ask for a client's certificate: --client-certificate and --client-key"
    }

    /// Lets go of the connections.
    func close() async {
        if isOwn { try? await client.shutdown() }
    }
}

/// Why a server gave no answer.
struct ServerSilence: Error {
    let reason: String
}

/// What errors of TLS mean to whoever asks a server.
enum SecurityText {
    private static let reasons = [
        (
            "CERTIFICATE_VERIFY_FAILED",
            "its certificate is not trusted: it is expired, or signed by nobody whom this host knows; --ca-file names the authority"
        ),
        (
            "failedToValidateHostname",
            "its certificate is for another name: write that one in the URL, or as server_name in --http-config"
        ),
        (
            "unableToValidateCertificate",
            "its certificate is for another name: write that one in the URL, or as server_name in --http-config"
        ),
        ("WRONG_VERSION_NUMBER", "it does not speak TLS at this port: write http:// perhaps"),
        ("HTTP_REQUEST", "it does not speak TLS at this port: write http:// perhaps"),
        ("CERTIFICATE_REQUIRED", "it asks for a client's certificate: give --client-certificate and --client-key"),
        ("BAD_CERTIFICATE", "it asks for a client's certificate: give --client-certificate and --client-key"),
        ("UNKNOWN_CA", "it does not trust the client's certificate"),
        ("PROTOCOL_VERSION", "it has no version of TLS in common with this client"),
        ("UNSUPPORTED_PROTOCOL", "it has no version of TLS in common with this client"),
        (
            "HANDSHAKE_FAILURE",
            "it has no cipher in common with this client, or asks for a client's certificate: --client-certificate"
        ),
    ]

    /// - Parameter description: an error's own, which has the reasons of BoringSSL in it.
    static func reason(_ description: String) -> String? {
        reasons.first { description.contains($0.0) }?.1
    }
}

extension ServerAccess.SecurityChoice {
    /// - Throws: ``AccessFault`` that names what is no certificate or key.
    func configuration() throws(AccessFault) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let authorities {
            configuration.trustRoots = .certificates(try authorities.certificates())
        }
        if let certificate, let key {
            configuration.certificateChain = try certificate.certificates().map { .certificate($0) }
            do { configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key.bytes, format: .pem)) } catch {
                throw AccessFault("\(key.place) is no private key in PEM without a passphrase")
            }
        }
        if !verifies { configuration.certificateVerification = .none }
        if let least { configuration.minimumTLSVersion = least.version }
        if let most { configuration.maximumTLSVersion = most.version }
        return configuration
    }
}

extension PEMText {
    fileprivate func certificates() throws(AccessFault) -> [NIOSSLCertificate] {
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
            throw AccessFault("\(place) has no certificate in PEM")
        }
        return certificates
    }
}

extension TLSVersionName {
    fileprivate var version: TLSVersion {
        switch self {
        case .TLS10: .tlsv1
        case .TLS11: .tlsv11
        case .TLS12: .tlsv12
        case .TLS13: .tlsv13
        }
    }
}
