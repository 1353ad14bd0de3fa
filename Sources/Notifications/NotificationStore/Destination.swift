import ApusText
package import FoundationEssentials

/// Where a webhook's connection goes: the scheme, host and port of its URL, such as `https://example.org:443`.
///
/// What one receiver does, such as to hang, is held against its destination and no other.
package struct Destination: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let isSecure: Bool
    /// The host in lower case: a name, or an address without brackets.
    package let host: String
    package let port: Int

    /// Reads the destination of a URL with `http` or `https`; nil when it names no host.
    package init?(url text: String) {
        guard let url = URL(string: text) else { return nil }
        self.init(url: url)
    }

    package init?(url: URL) {
        switch url.scheme?.lowercased() {
        case "http": isSecure = false
        case "https": isSecure = true
        default: return nil
        }
        guard var host = url.host()?.lowercased() else { return nil }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        let port = url.port ?? (isSecure ? 443 : 80)
        guard !host.isEmpty, URLPort.isReachable(in: url.absoluteString) else { return nil }
        self.host = host
        self.port = port
    }

    package var description: String { "\(isSecure ? "https" : "http")://\(bracketedHost):\(port)" }

    /// The value of a request's header `Host`: without the port where it is the scheme's own.
    package var hostHeader: String { port == (isSecure ? 443 : 80) ? bracketedHost : "\(bracketedHost):\(port)" }

    /// What destinations have in common that are likely to be reached by the same way: the domain above a name of three labels and more,
    /// or the network of an address (/24, or about /48 of IPv6), with the port.
    package var site: String {
        if host.contains(":") {
            return
                "\(host.split(separator: ":", omittingEmptySubsequences: false).prefix(3).joined(separator: ":")):/48 \(port)"
        }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        if labels.count == 4, labels.allSatisfy({ UInt8($0) != nil }) {
            return "\(labels.prefix(3).joined(separator: ".")).0/24 \(port)"
        }
        return "\(labels.count > 2 ? labels.dropFirst().joined(separator: ".") : host) \(port)"
    }

    private var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }

    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

extension NewNotification {
    /// The destination of a webhook; nil for other channels and for a URL that names no host.
    package var destination: Destination? {
        channel == .webhook ? webhookURL.flatMap(Destination.init(url:)) : nil
    }
}
