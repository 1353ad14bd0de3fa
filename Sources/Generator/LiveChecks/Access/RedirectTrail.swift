import ApusText
import AsyncHTTPClient
import Foundation
import NIOHTTP1

/// Where the redirects of a server lead a request, one after the other (RFC 9110, section 15.4).
///
/// The client of HTTP follows none by itself: at a port past 65535 in one it would stop the process.
struct RedirectTrail {
    /// The URL to ask now.
    private(set) var url: String
    /// The headers of the request to it: who asks is told to the first server alone.
    private(set) var headers: HTTPHeaders
    private var visited: Set<String>
    private let alias: HostAlias?

    /// A host that is reached by another name, the one of its certificate.
    struct HostAlias: Sendable {
        let host: String
        let name: String
    }

    /// The most redirects in a row, as many as Prometheus' own client takes.
    static let most = 10

    init(_ url: String, _ headers: HTTPHeaders, alias: HostAlias? = nil) {
        (self.url, self.headers, self.alias, visited) = (url, headers, alias, [url])
    }

    /// Goes on to where an answer leads.
    ///
    /// - Returns: false where the answer is none that leads on.
    /// - Throws: ``ServerSilence`` of a place that cannot be asked, and of a way without an end.
    mutating func follow(_ answer: HTTPClientResponse) throws(ServerSilence) -> Bool {
        guard [301, 302, 303, 307, 308].contains(answer.status.code), let location = answer.headers.first(name: "Location"),
            let from = URL(string: url), let target = URL(string: location, relativeTo: from)?.absoluteURL,
            var parts = URLComponents(url: target, resolvingAgainstBaseURL: true)
        else { return false }
        parts.fragment = nil
        let isHTTP = ["http", "https"].contains(parts.scheme?.lowercased())
        guard isHTTP, let host = parts.host, !host.isEmpty else { throw fault(target, "which is no URL of HTTP") }
        guard URLPort.isReachable(in: target.absoluteString) else {
            throw fault(target, "which has no port from 1 to 65535 behind the colon")
        }
        if let alias, alias.host == host { parts.host = alias.name }
        guard let next = parts.string else { throw fault(target, "which is no URL of HTTP") }
        guard visited.insert(next).inserted else { throw fault(target, "where it was asked before: a circle without an end") }
        guard visited.count <= Self.most + 1 else { throw fault(target, "which is one redirect more than \(Self.most)") }
        if !Self.isOneServer(from, parts) {
            for name in ["Authorization", "Host"] { headers.remove(name: name) }
        }
        url = next
        return true
    }

    private static func isOneServer(_ from: URL, _ to: URLComponents) -> Bool {
        let scheme = from.scheme?.lowercased()
        guard scheme == to.scheme?.lowercased() else { return false }
        let usual = scheme == "https" ? 443 : 80
        return URLComponents(url: from, resolvingAgainstBaseURL: true)?.host?.lowercased() == to.host?.lowercased()
            && from.port ?? usual == to.port ?? usual
    }

    private func fault(_ target: URL, _ reason: String) -> ServerSilence {
        // Whatever has an @ may have a password, and what is behind ? a token: neither is printed.
        let text = target.absoluteString
        let shown = text.contains("@") ? "another place" : String(text.prefix { $0 != "?" && $0 != "#" }).quotedExcerpt(100)
        return ServerSilence(reason: "it redirects to \(shown), \(reason): give the URL that it answers at")
    }
}
