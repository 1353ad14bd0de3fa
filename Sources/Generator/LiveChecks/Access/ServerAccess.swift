import ApusText
import Foundation
import NIOHTTP1

/// Where a server is, and how it is asked: its URL, the headers of each request, and what TLS needs.
///
/// A secret that it has is sent and never printed: ``url``, which messages name, has no user and no password.
public struct ServerAccess: Sendable {
    /// The URL without user, password, and slash at its end.
    public let url: String
    /// The URL as the client of HTTP takes it.
    let base: String
    /// The headers of each request, secrets among them.
    let headers: HTTPHeaders
    let security: SecurityChoice
    let followsRedirects: Bool

    /// What TLS needs beyond what the host trusts.
    struct SecurityChoice: Sendable, Equatable {
        /// Certificates of authorities in PEM, which take the place of those that the host trusts.
        var authorities: PEMText?
        /// The client's certificate, those of its authorities behind it.
        var certificate: PEMText?
        var key: PEMText?
        /// The name that the server's certificate has to have; `nil`: that of the URL.
        var serverName: String?
        var verifies = true
        /// `nil`: 1.2.
        var least: TLSVersionName?
        var most: TLSVersionName?
    }

    /// - Parameters:
    ///   - url: of a server, such as `https://metrics.example:9090/prometheus`; with `USER:PASSWORD@` before the host, percent-encoded,
    ///     it asks as that user.
    ///   - headers: more headers of each request.
    ///   - tenant: whose data a server of several tenants is asked for, sent as `X-Scope-OrgID`.
    ///   - settings: those of a file of Prometheus' `http_config`.
    /// - Throws: ``AccessFault`` of what is no URL of a server, and where it is said twice who asks.
    init(
        url text: String, headers more: [RequestHeader] = [], tenant: String? = nil, settings: HTTPConfig = HTTPConfig()
    ) throws(AccessFault) {
        let place = try ServerPlace(text)
        (url, base) = (place.url, place.base)
        let own = [
            place.credentials.map { ("the URL", $0) }, settings.authorization.map { ("the file of --http-config", $0) },
        ].compactMap(\.self)
        let credentials = own + more.filter { $0.name.lowercased() == "authorization" }.map { ("--header", $0.value) }
        guard credentials.count <= 1 else {
            throw AccessFault(
                "\(credentials.map(\.0).joined(separator: " and ")) say who asks: leave all but one of them out")
        }
        var headers = HTTPHeaders()
        // A socket has no name that a request could be for.
        if base != url { headers.add(name: "Host", value: "localhost") }
        if let value = credentials.first?.1 { headers.add(name: "Authorization", value: value) }
        if let tenant { headers.add(name: "X-Scope-OrgID", value: tenant) }
        for header in settings.headers + more where header.name.lowercased() != "authorization" {
            headers.add(name: header.name, value: header.value)
        }
        self.headers = headers
        (security, followsRedirects) = (settings.security, settings.followsRedirects)
    }

    /// Whether it can be asked by the client that all share.
    var isPlain: Bool { security == SecurityChoice() }

    /// Whether there are headers that no redirect may take to another host.
    var hasOwnHeaders: Bool { headers.contains { !["authorization", "host"].contains($0.name.lowercased()) } }
}

/// A URL of a server with its user and password apart.
struct ServerPlace {
    let url: String
    /// The URL as the client of HTTP takes it: another one for a Unix socket alone.
    let base: String
    /// The value of the header `Authorization`.
    let credentials: String?

    /// What is said of a URL whose port no connection can go to, behind that URL.
    static let noPort = "has no port from 1 to 65535 behind the colon: write http://HOST:PORT"

    init(_ text: String) throws(AccessFault) {
        if text.hasPrefix("unix:") {
            (url, base) = try Self.socket(text)
            credentials = nil
            return
        }
        // Whatever has an @ may have a password, and what is behind ? or # a token: neither is printed.
        let shown = text.contains("@") ? "the URL" : text.prefix { $0 != "?" && $0 != "#" }.quotedExcerpt(100)
        guard var parts = URLComponents(string: text), ["http", "https"].contains(parts.scheme?.lowercased()),
            let host = parts.host, !host.isEmpty
        else {
            throw AccessFault(
                "\(shown) is no URL of a server: write http://HOST:PORT, https://HOST:PORT or unix:///PATH"
                    + (text.contains("@") ? ", and of a user or a password /, ?, #, @ and : as %2F, %3F, %23, %40 and %3A" : "")
            )
        }
        guard URLPort.isReachable(in: text) else { throw AccessFault("\(shown) \(Self.noPort)") }
        guard parts.query == nil, parts.fragment == nil else {
            throw AccessFault("\(shown) has something behind its path: leave out what begins with ? or #")
        }
        if let user = parts.user {
            credentials = try BasicCredentials.header(user: user, password: parts.password ?? "", of: "the URL")
        } else {
            credentials = nil
        }
        (parts.user, parts.password) = (nil, nil)
        guard let url = parts.string else { throw AccessFault("\(shown) is no URL of a server: write http://HOST:PORT") }
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        base = self.url
    }

    /// - Parameter text: `unix:/PATH` or `unix:///PATH`.
    private static func socket(_ text: String) throws(AccessFault) -> (url: String, base: String) {
        let behind = text.dropFirst("unix:".count)
        let path = String(behind.hasPrefix("//") ? behind.dropFirst(2) : behind)
        let isPath = path.hasPrefix("/") && path.utf8.count <= 107 && !path.utf8.contains(0)
        guard isPath, let host = path.addingPercentEncoding(withAllowedCharacters: .alphanumerics) else {
            throw AccessFault(
                "\(text.quotedExcerpt(120)) names no socket by an absolute path of at most 107 bytes: write unix:///PATH")
        }
        return ("unix://\(path.showingUnseen())", "http+unix://\(host)")
    }
}

/// The header of a user with a password (RFC 7617).
enum BasicCredentials {
    /// - Throws: ``AccessFault`` of a user whose name cannot be told from the password.
    static func header(user: String, password: String, of place: String) throws(AccessFault) -> String {
        guard !user.contains(":") else { throw AccessFault("the user of \(place) has a colon in it, which no server takes") }
        return "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
    }
}

/// A header of each request.
struct RequestHeader: Equatable, Sendable {
    let name: String
    let value: String

    /// - Throws: ``AccessFault``; what it says has no value in it.
    init(name: String, value: String, of place: String) throws(AccessFault) {
        let token = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        guard !name.isEmpty, name.utf8.allSatisfy(token.contains) else {
            throw AccessFault("\(place): the name of a header has letters, digits and -: write 'NAME: VALUE'")
        }
        let reserved = ["host", "content-length", "transfer-encoding", "connection", "accept", "accept-encoding"]
        guard !reserved.contains(name.lowercased()) else {
            throw AccessFault("\(place): \(name) is what the request says itself: leave it out")
        }
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
            throw AccessFault("\(place): the value of \(name) has a control character or a line end in it: leave it out")
        }
        (self.name, self.value) = (name, value)
    }

    /// - Parameter line: `NAME: VALUE`.
    init(line: String, of place: String) throws(AccessFault) {
        guard let colon = line.firstIndex(of: ":") else {
            throw AccessFault("\(place): a header is written as 'NAME: VALUE', or as @FILE with such lines")
        }
        try self.init(
            name: String(line[..<colon]), value: line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces),
            of: place)
    }
}

/// Why a server cannot be asked as was said; it has no secret in it.
public struct AccessFault: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
