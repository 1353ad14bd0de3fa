import AgentMetrics
import ApusText
import NIOCore

/// Where a page of metrics is: `http://127.0.0.1:9464/metrics`, or `unix:/run/checkout.sock:/metrics`.
///
/// No name is looked up, so that no name server can hold up a fetch.
package struct ScrapeAddress: Sendable, Hashable, CustomStringConvertible {
    package enum Host: Sendable, Hashable {
        /// A literal address of IPv4 or IPv6.
        case address(String, port: Int)
        /// The loopback addresses of both families.
        case localhost(port: Int)
        /// A Unix socket.
        case socket(String)
    }

    package let host: Host
    /// What the request asks for: a path, with its query.
    package let target: String
    /// The address as it was written.
    package let description: String

    /// The page that is asked for where the address has none.
    package static let usualPath = "/metrics"
    private static let unix = "unix:"
    private static let http = "http://"

    /// - Throws: ``ScrapeAddressFault``.
    package init(_ text: String) throws(ScrapeAddressFault) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ScrapeAddressFault("has a space, or a character that is not ASCII: write %XX for it")
        }
        guard !text.contains("#") else { throw ScrapeAddressFault("has a fragment (#…), which no server sees: leave it out") }
        description = text
        if text.hasPrefix(Self.unix) {
            (host, target) = try Self.socket(text.dropFirst(Self.unix.count))
        } else if text.lowercased().hasPrefix(Self.http) {
            (host, target) = try Self.internet(text.dropFirst(Self.http.count))
        } else if text.lowercased().hasPrefix("https:") {
            throw ScrapeAddressFault("is https, which is not spoken: serve the page with http on loopback or a Unix socket")
        } else {
            throw ScrapeAddressFault("is no address of a page: write \(Self.forms)")
        }
    }

    private static let forms = "http://127.0.0.1:PORT/metrics, http://localhost:PORT/metrics or unix:/PATH/OF/SOCKET:/metrics"

    private static func socket(_ rest: Substring) throws(ScrapeAddressFault) -> (Host, String) {
        let parts = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let path = String(parts[0])
        guard path.hasPrefix("/"), !path.hasSuffix("/") else {
            throw ScrapeAddressFault("names no socket by its absolute path: write unix:/PATH/OF/SOCKET:/metrics")
        }
        guard path.utf8.count <= AgentLimits.socketPathBytes else {
            throw ScrapeAddressFault(
                "has a path of more than \(AgentLimits.socketPathBytes) bytes, the most that Linux takes: choose a shorter one")
        }
        guard parts.count == 2 else { return (.socket(path), usualPath) }
        guard parts[1].hasPrefix("/") else {
            throw ScrapeAddressFault("has no path of a page behind the socket's: write unix:\(path):/metrics")
        }
        return (.socket(path), String(parts[1]))
    }

    private static func internet(_ rest: Substring) throws(ScrapeAddressFault) -> (Host, String) {
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let behind = rest[authority.endIndex...]
        let target = behind.isEmpty ? usualPath : behind.hasPrefix("?") ? "/\(behind)" : String(behind)
        guard !authority.contains("@") else {
            throw ScrapeAddressFault("has a user in it, which is not sent: leave out what is before the @")
        }
        let (name, portText) = try split(authority)
        guard let port = portText.map({ port($0) }) ?? 80 else {
            throw ScrapeAddressFault("has no port from 1 to 65535 behind the colon: write \(forms)")
        }
        if name.lowercased() == "localhost" { return (.localhost(port: port), target) }
        guard (try? SocketAddress(ipAddress: name, port: port)) != nil, !name.contains("%") else {
            throw ScrapeAddressFault(
                "names the host \(name.quotedExcerpt()), and no name is looked up: write its address, such as 127.0.0.1 or [::1], or localhost"
            )
        }
        return (.address(name, port: port), target)
    }

    private static func split(_ authority: Substring) throws(ScrapeAddressFault) -> (name: String, port: Substring?) {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw ScrapeAddressFault("has [ without ]: write \(forms)") }
            let behind = authority[authority.index(after: end)...]
            guard behind.isEmpty || behind.hasPrefix(":") else {
                throw ScrapeAddressFault("has something else than a port behind ]: write \(forms)")
            }
            let name = String(authority[authority.index(after: authority.startIndex)..<end])
            guard name.contains(":") else { throw ScrapeAddressFault("has no IPv6 address between [ and ]: write \(forms)") }
            return (name, behind.isEmpty ? nil : behind.dropFirst())
        }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2 else {
            throw ScrapeAddressFault("has an IPv6 address without brackets: write http://[::1]:PORT/metrics")
        }
        guard !parts[0].isEmpty else { throw ScrapeAddressFault("names no host: write \(forms)") }
        return (String(parts[0]), parts.count == 2 ? parts[1] : nil)
    }

    private static func port(_ text: Substring) -> Int? {
        guard text.utf8.count <= 5, text.utf8.allSatisfy({ (48...57).contains($0) }), let port = Int(text) else { return nil }
        return (1...65535).contains(port) ? port : nil
    }

    /// What the field `Host` of a request says.
    var hostField: String {
        switch host {
        case .address(let name, let port): "\(name.contains(":") ? "[\(name)]" : name):\(port)"
        case .localhost(let port): "localhost:\(port)"
        case .socket: "localhost"
        }
    }

    /// The addresses to connect to, until one of them takes the connection.
    func socketAddresses() throws -> [SocketAddress] {
        switch host {
        case .address(let name, let port): [try SocketAddress(ipAddress: name, port: port)]
        case .localhost(let port):
            [try SocketAddress(ipAddress: "127.0.0.1", port: port), try SocketAddress(ipAddress: "::1", port: port)]
        case .socket(let path): [try SocketAddress(unixDomainSocketPath: path)]
        }
    }
}

/// Why a text is no address of a page.
package struct ScrapeAddressFault: Error, Equatable {
    /// Goes on from the text, as in `is no address of a page: …`.
    package let reason: String

    init(_ reason: String) { self.reason = reason }
}
