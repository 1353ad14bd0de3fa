/// Where a probe connects to.
package enum ProbePlace: Sendable, Hashable {
    /// A port of TCP; the host is a name, or a literal address of IPv4 or IPv6 without brackets.
    case internet(host: String, port: Int)
    /// A Unix socket by its path; one that begins with `@` is in the abstract namespace.
    case unix(String)

    /// The place as people write it, for messages: `127.0.0.1:6379`, `[::1]:80` or a path.
    package var text: String {
        switch self {
        case .internet(let host, let port): host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): path
        }
    }

    /// The host as a certificate or a field `Host` names it; `localhost` of a Unix socket.
    package var host: String {
        switch self {
        case .internet(let host, _): host
        case .unix: "localhost"
        }
    }

    /// Whether a file system has the place.
    var isOfFiles: Bool { if case .unix = self { true } else { false } }
}
