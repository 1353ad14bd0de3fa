import ApusHTTP
import ApusHTTPClient
import ApusText
import AsyncHTTPClient
import Foundation
package import NIOCore
package import NIOHTTP1

/// Asks a server as its access says.
///
/// One with a client of its own is closed by ``close()`` after its last answer.
package final class ServerClient: Sendable {
    package struct Answer: Sendable {
        package let status: Int
        package let body: ByteBuffer
        /// By which the server knows this answer again (RFC 9110, section 8.8.3).
        package let tag: String?

        /// The first line of what a server says in words, for a message; empty of anything else.
        func words(_ headers: HTTPHeaders) -> String {
            guard headers.first(name: "Content-Type").map({ $0.hasPrefix("text/plain") }) ?? true else { return "" }
            let line = String(buffer: body).prefix { !$0.isNewline }
            return line.isEmpty ? "" : ": \(line.excerpt(200).showingUnseen())"
        }
    }

    /// The server's URL as messages give it.
    package let url: String
    private let base: String
    private let headers: HTTPHeaders
    /// What it tells the server of who asks.
    package var given: GivenCredentials { GivenCredentials(headers) }
    private let client: HTTPClient
    private let isOwn: Bool
    /// The settings of clients.
    private let configuration: HTTPClient.Configuration
    /// The one host that the client asks by TLS.
    private let securedHost: String?
    private let followsRedirects: Bool
    /// The host of the URL by the name of its certificate.
    private let alias: RedirectTrail.HostAlias?
    /// The client reads them when it connects.
    private let authorities: TrustedAuthorities?
    /// Whether it is asked by TLS, without a certificate of the client.
    private let isAnonymous: Bool

    /// Asks a server as the user whom its URL names, if any; what is wrong with the URL comes out at the first request.
    init(open text: String) {
        let access = try? ServerAccess(url: text)
        // What is no URL of a server may have a password in it all the same.
        let place = access?.url ?? (text.contains("@") ? "the URL" : text.hasSuffix("/") ? String(text.dropLast()) : text)
        (url, base, headers, client, isOwn) = (place, access?.base ?? place, access?.headers ?? HTTPHeaders(), .once, false)
        (followsRedirects, alias, authorities, configuration, securedHost) = (true, nil, nil, .once, nil)
        isAnonymous = place.hasPrefix("https:")
    }

    /// - Throws: ``AccessFault`` where certificates, key or name are none, and of a key that is another certificate's.
    package init(_ access: ServerAccess) throws(AccessFault) {
        url = access.url
        isAnonymous = access.url.hasPrefix("https:") && access.security.certificate == nil
        followsRedirects = access.followsRedirects && !access.hasOwnHeaders
        var headers = access.headers
        guard !access.isPlain || access.url.hasPrefix("https:") else {
            (base, client, isOwn, self.headers, alias, authorities) = (access.base, .once, false, headers, nil, nil)
            (configuration, securedHost) = (.once, nil)
            return
        }
        var configuration = HTTPClient.Configuration.once
        let (security, authorities) = try access.security.configuration()
        configuration.tlsConfiguration = security
        self.authorities = authorities
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
            base = access.base
            alias = nil
        }
        self.headers = headers
        self.configuration = configuration
        securedHost = Self.host(of: base)
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration.guarded(to: securedHost))
        isOwn = true
    }

    /// - Parameters:
    ///   - path: behind the server's URL, with its query.
    ///   - timeout: for everything, from the connecting to the last byte.
    ///   - longest: bytes of an answer past which it fails.
    ///   - tag: of an answer that is known: one of status 304 has no body and says that it is still the same.
    package func get(
        _ path: String, accept: String, timeout: TimeAmount, longest: Int, unless tag: String? = nil
    ) async throws(ServerSilence) -> (answer: Answer, words: String) {
        let deadline = NIODeadline.now() + timeout
        var headers = headers
        headers.add(name: "Accept", value: accept)
        // Series are so alike that a packed answer shrinks by more than the client lets a server's answer grow again.
        headers.add(name: "Accept-Encoding", value: "identity")
        if let tag { headers.add(name: "If-None-Match", value: tag) }
        var trail = RedirectTrail(base + path, headers, alias: alias)
        guard URLPort.isReachable(in: trail.url) else { throw ServerSilence(reason: ServerPlace.noPort) }
        let guests = GuestClients()
        do {
            let result = try await answer(to: &trail, by: guests, deadline, longest: longest)
            await guests.letGo()
            return result
        } catch {
            await guests.letGo()
            throw error
        }
    }

    /// Asks, and follows where redirects lead.
    private func answer(
        to trail: inout RedirectTrail, by guests: GuestClients, _ deadline: NIODeadline, longest: Int
    ) async throws(ServerSilence) -> (answer: Answer, words: String) {
        do {
            while true {
                var request = HTTPClientRequest(url: trail.url)
                request.headers = trail.headers
                let response = try await client(for: trail.url, guests).execute(request, deadline: deadline)
                if followsRedirects, try trail.follow(response) { continue }
                let body = try await response.body.collect(upTo: longest, by: deadline)
                let answer = Answer(
                    status: Int(response.status.code), body: body, tag: response.headers.first(name: "ETag"))
                return (answer, answer.status == 200 ? "" : answer.words(response.headers))
            }
        } catch let error as ServerSilence {
            throw error
        } catch is HTTPParserError {
            throw ServerSilence(reason: "what it answers is no HTTP")
        } catch is NIOTooManyBytesError {
            throw ServerSilence(reason: "its answer has more than \(longest) bytes")
        } catch {
            throw ServerSilence(
                reason: SecurityText.reason("\(error)") ?? NetworkErrorText.asking(error, at: url) + hint(to: error))
        }
    }

    /// What asks a URL: a client knows one host alone whose certificate it takes.
    private func client(for url: String, _ guests: GuestClients) -> HTTPClient {
        guard url.lowercased().hasPrefix("https:") else { return client }
        let host = Self.host(of: url)
        return host == securedHost ? client : guests.client(configuration.guarded(to: host))
    }

    /// The host of a URL as the client of HTTP finds it.
    private static func host(of url: String) -> String? {
        guard let host = URL(string: url)?.host else { return nil }
        return host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    }

    /// With TLS 1.3 a server that misses a certificate closes a connection that the client has taken for good.
    private func hint(to error: any Error) -> String {
        guard isAnonymous, (error as? HTTPClientError) == .remoteConnectionClosed else { return "" }
        return ": it may ask for a client's certificate: --client-certificate and --client-key"
    }

    /// Lets go of the connections.
    package func close() async {
        if isOwn { await client.letGo() }
    }
}

/// The clients of one question for hosts that redirects lead to.
private final class GuestClients {
    private var clients: [HTTPClient] = []

    func client(_ configuration: HTTPClient.Configuration) -> HTTPClient {
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        clients.append(client)
        return client
    }

    func letGo() async {
        for client in clients { await client.letGo() }
    }
}

/// Why a server gave no answer.
package struct ServerSilence: Error {
    package let reason: String
}
