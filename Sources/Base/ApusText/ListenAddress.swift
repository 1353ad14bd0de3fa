import Glibc

/// An address that a server listens on, as people write it: `127.0.0.1:9480`, `[::1]:9480`, `localhost:9480`, or `*:9480` and `:9480`
/// for all addresses of both families.
package struct ListenAddress: Sendable, Hashable {
    /// An address or a name, an IPv6 address without brackets; ``anyHost`` for all addresses.
    package let host: String
    /// 0 for any free one.
    package let port: Int

    /// The address of all interfaces in both families: IPv6's, whose sockets take IPv4 too, or IPv4's where the host has no IPv6.
    package static var anyHost: String { hasIPv6 ? "::" : "0.0.0.0" }

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads HOST:PORT.
    ///
    /// - Throws: ``ListenAddressFault``.
    package init(_ text: String) throws(ListenAddressFault) {
        if text.hasPrefix("["), text.hasSuffix("]") {
            _ = try Self.host(text)
            throw .noPortBehind(text)
        }
        guard let colon = text.lastIndex(of: ":") else { throw .noPort }
        let (host, port) = (text[..<colon], text[text.index(after: colon)...])
        // An IPv6 address ends in what looks like a port.
        if host.contains(":"), !host.hasPrefix("[") {
            let meant = Self.isIPv6(String(host)) ? "[\(host)]:\(port)" : Self.isIPv6(text) ? "[\(text)]:PORT" : "[::1]:9480"
            throw .noBrackets(meant: meant)
        }
        try self.init(host: host.isEmpty ? Self.anyHost : Self.host(String(host)), port: Self.port(port))
    }

    /// Reads a host by itself: an address, with or without brackets, a name, or `*`.
    ///
    /// - Throws: ``ListenAddressFault``.
    package static func host(_ text: String) throws(ListenAddressFault) -> String {
        if text == "*" { return anyHost }
        if text.hasPrefix("[") || text.hasSuffix("]") {
            let inner = String(text.dropFirst().dropLast())
            guard text.hasPrefix("["), text.hasSuffix("]"), isIPv6(inner) else { throw .notIPv6(text) }
            return inner
        }
        guard !text.isEmpty else { throw .noHost }
        if text.contains(":") {
            guard isIPv6(text) else { throw .notIPv6(text) }
            return text
        }
        guard isIPv4(text) || isName(text) else { throw .notHost(text) }
        return text
    }

    private static func port(_ text: Substring) throws(ListenAddressFault) -> Int {
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }), let port = UInt16(text) else {
            throw text.isEmpty ? .noPort : .notPort(String(text))
        }
        return Int(port)
    }

    private static func isIPv4(_ text: String) -> Bool {
        var address = in_addr()
        return inet_pton(AF_INET, text, &address) == 1
    }

    private static func isIPv6(_ text: String) -> Bool {
        var address = in6_addr()
        // A link-local address has a zone: fe80::1%eth0.
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count == 1 || !parts[1].isEmpty else { return false }
        return inet_pton(AF_INET6, String(first), &address) == 1
    }

    /// Whether it is a host's name: labels of letters, digits and dashes, of which the last is no number (RFC 1123, 2.1).
    private static func isName(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 253, let last = labels.last, !last.utf8.allSatisfy({ (48...57).contains($0) }) else {
            return false
        }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy { byte in
                    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45
                        || byte == 95
                }
        }
    }

    private static var hasIPv6: Bool {
        let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
            }
        }
    }
}

extension ListenAddress {
    /// What of a host's addresses a socket takes.
    private enum Reach {
        /// A socket of `::` takes IPv4 as well.
        case all
        case allOfIPv4
        /// Addresses: 4 bytes or 16, and behind those the interface of a link-local one.
        case some(Set<[UInt8]>)
        case name(String)
    }

    private static let loopback: Set<[UInt8]> = [[127, 0, 0, 1], [UInt8](repeating: 0, count: 15) + [1]]

    private var reach: Reach {
        let host = host.lowercased()
        if host == "localhost" { return .some(Self.loopback) }
        let parts = host.split(separator: "%", maxSplits: 1)
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, host, &bytes) == 1 {
            return bytes[..<4].allSatisfy { $0 == 0 } ? .allOfIPv4 : .some([Array(bytes[..<4])])
        }
        guard let address = parts.first, inet_pton(AF_INET6, String(address), &bytes) == 1 else { return .name(host) }
        if bytes.allSatisfy({ $0 == 0 }) { return .all }
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
        return .some([isMapped ? Array(bytes[12...]) : bytes + Array((parts.dropFirst().first ?? "").utf8)])
    }

    /// Whether the host is a name, other than `localhost`, whose addresses everybody knows.
    package var isNamed: Bool { if case .name = reach { true } else { false } }

    /// Whether a client of one address can come to the other as well, so that no two sockets can listen on both. Names are known by their
    /// text alone, but for `localhost`.
    package func overlaps(_ other: Self) -> Bool {
        guard port == other.port else { return false }
        // Whoever asks for a free port has one of its own.
        guard port != 0 else { return host == other.host }
        switch (reach, other.reach) {
        case (.all, _), (_, .all): return true
        case (.allOfIPv4, .allOfIPv4): return true
        case (.allOfIPv4, .some(let hosts)), (.some(let hosts), .allOfIPv4): return hosts.contains { $0.count == 4 }
        case (.some(let hosts), .some(let others)): return !hosts.isDisjoint(with: others)
        case (.name(let name), .name(let other)): return name == other
        case (.name, _), (_, .name): return false
        }
    }
}

extension ListenAddress: CustomStringConvertible {
    /// HOST:PORT, with an IPv6 address in brackets.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Why a text is no address to listen on.
package enum ListenAddressFault: Error, Hashable, CustomStringConvertible {
    case noHost
    case noPort
    /// An IPv6 address in brackets stands alone.
    case noPortBehind(String)
    /// What was meant, by what can be told of it.
    case noBrackets(meant: String)
    case notPort(String)
    case notIPv6(String)
    case notHost(String)

    package var description: String {
        switch self {
        case .noHost: "the host is missing: write HOST:PORT, such as 127.0.0.1:9480, or *:9480 for all addresses"
        case .noPort: "the port is missing: write HOST:PORT, such as 127.0.0.1:9480"
        case .noPortBehind(let address): "the port is missing: write \(address):PORT, such as [::1]:9480"
        case .noBrackets(let meant): "an IPv6 address is in brackets before a port: write \(meant)"
        case .notPort(let text): "“\(text)” is no port: a port is a number from 0 to 65535"
        case .notIPv6(let text): "“\(text)” is no IPv6 address: write it as [::1]"
        case .notHost(let text): "“\(text)” is neither an address nor a host's name"
        }
    }
}
