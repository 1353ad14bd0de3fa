import ApusText
import NIOCore

/// A service that is asked for its health over HTTP.
package struct HTTPTarget: Sendable, Hashable {
    package var url: ProbeURL
    package var method = Method.get
    /// Header fields that are sent besides the probe's own.
    package var headers: [Field] = []
    /// Header fields whose values are secrets.
    package var secretHeaders: [SecretField] = []
    /// The text that the body of a service has which is well, within what is read of it; nil for any body.
    package var text: BodyText?
    package var login = HTTPLogin.none
    /// The codes that a service which is well answers.
    package var status = [200...299]
    /// How TLS is spoken where the URL is of https.
    package var tls = ProbeTLS()
    /// The Unix socket that is asked instead of the URL's host.
    package var socket: String?

    package init(url: ProbeURL) { self.url = url }

    /// What the field `Host` says.
    var hostField: String { headers.first { $0.isHost }?.value ?? url.hostField }

    /// The methods of HTTP that change nothing.
    package enum Method: String, CaseIterable, Sendable {
        case get = "GET"
        case head = "HEAD"
    }

    /// A header field.
    package struct Field: Sendable, Hashable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }

        /// Whether it is sent in place of what the URL says of the host.
        var isHost: Bool { name.utf8.count == 4 && name.lowercased() == "host" }
    }

    /// A header field whose value is in a file or a credential.
    package struct SecretField: Sendable, Hashable {
        package let name: String
        package let value: ProbeSecret

        package init(name: String, value: ProbeSecret) {
            self.name = name
            self.value = value
        }
    }

    /// Where a connection goes.
    var place: ProbePlace { socket.map { .unix($0) } ?? .internet(host: url.host, port: url.port) }
}

/// Who asks over HTTP.
package enum HTTPLogin: Sendable, Hashable {
    case none
    /// RFC 7617.
    case basic(user: String, password: ProbeSecret)
    /// RFC 6750.
    case bearer(ProbeSecret)
}

/// A URL of http or https as the file writes it.
///
/// No message repeats more of it than its host: a path and a query can hold what is secret.
package struct ProbeURL: Sendable, Hashable {
    package let isSecure: Bool
    /// A name, or a literal address without brackets.
    package let host: String
    package let port: Int
    /// The path with its query.
    package let target: String

    /// - Throws: ``ProbeURLFault``.
    package init(_ text: String) throws(ProbeURLFault) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ProbeURLFault("has a space, or a character that is not ASCII: write %XX for it")
        }
        guard text.utf8.count <= Self.longest else {
            throw ProbeURLFault("has more than \(Self.longest) bytes: ask for a shorter path")
        }
        let rest: Substring
        if text.lowercased().hasPrefix("http://") {
            (isSecure, rest) = (false, text.dropFirst(7))
        } else if text.lowercased().hasPrefix("https://") {
            (isSecure, rest) = (true, text.dropFirst(8))
        } else {
            throw ProbeURLFault("is no URL of HTTP: write \(Self.forms)")
        }
        let authority = rest.prefix { !"/?#".contains($0) }
        guard !authority.contains("@") else {
            throw ProbeURLFault("has a user before its host: leave that out, and write user and password_file")
        }
        guard !rest.contains("#") else { throw ProbeURLFault("has a fragment (#…), which no server sees: leave it out") }
        let behind = rest[authority.endIndex...]
        target = behind.isEmpty ? "/" : behind.hasPrefix("?") ? "/\(behind)" : String(behind)
        let (name, portText) = try Self.split(authority)
        guard let port = portText.map(Self.port) ?? (isSecure ? 443 : 80) else {
            throw ProbeURLFault("has no port from 1 to 65535 behind the colon: write \(Self.forms)")
        }
        (host, self.port) = (name, port)
    }

    private static let longest = 2000
    private static let forms = "http://127.0.0.1:8080/health or https://api.example:8443/health"

    private static func split(_ authority: Substring) throws(ProbeURLFault) -> (name: String, port: Substring?) {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw ProbeURLFault("has [ without ]: write \(forms)") }
            let behind = authority[authority.index(after: end)...]
            let name = String(authority[authority.index(after: authority.startIndex)..<end])
            guard behind.isEmpty || behind.hasPrefix(":"), (try? SocketAddress(ipAddress: name, port: 0)) != nil,
                name.contains(":"), !name.contains("%")
            else { throw ProbeURLFault("has no address of IPv6 between [ and ]: write http://[::1]:8080/health") }
            return (name, behind.isEmpty ? nil : behind.dropFirst())
        }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2 else {
            throw ProbeURLFault("has an address of IPv6 without brackets: write http://[::1]:8080/health")
        }
        let isName = parts[0].utf8.allSatisfy { byte in
            byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        guard !parts[0].isEmpty, isName, parts[0].utf8.count <= 253 else {
            throw ProbeURLFault("names no host: write \(forms)")
        }
        return (String(parts[0]), parts.count == 2 ? parts[1] : nil)
    }

    private static func port(_ text: Substring) -> Int? {
        guard text.utf8.count <= 5, text.utf8.allSatisfy({ (48...57).contains($0) }), let port = Int(text) else { return nil }
        return (1...65535).contains(port) ? port : nil
    }

    /// What the field `Host` says: without the port where that is the scheme's own, as browsers write it.
    package var hostField: String {
        let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }
}

/// Why a text is no URL that a probe asks for.
package struct ProbeURLFault: Error, Equatable {
    /// Goes on from what the text is, as in `is no URL of HTTP: …`, and repeats nothing of it.
    package let reason: String

    init(_ reason: String) { self.reason = reason }
}
