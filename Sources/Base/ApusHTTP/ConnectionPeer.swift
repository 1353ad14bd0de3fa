package import ApusLinux
import Glibc
package import NIOCore

/// Who a connection is counted against: an address, or the user behind a connection that comes from this host.
package enum ConnectionPeer: Hashable, Sendable, CustomStringConvertible {
    /// An IPv4 address, in the order of its bytes; one that is mapped into IPv6 is the same peer.
    case ipv4(UInt32)
    /// The first 64 bits of an IPv6 address: whoever has one has the rest of that network as well.
    case ipv6(UInt64)
    /// The user at the other end of a Unix socket.
    case user(UInt32)
    /// A user of this host behind a TCP connection, who may be a proxy for others.
    case localUser(UInt32)
    /// Somebody whom the kernel does not name.
    case unknown

    /// The peer at an internet address; nil for an address of another kind.
    package init?(_ address: SocketAddress) {
        guard let end = SocketOwners.End(address) else { return nil }
        self.init(end)
    }

    private init(_ end: SocketOwners.End) {
        if end.address.count == 4 {
            self = .ipv4(end.address.reduce(0) { $0 << 8 | UInt32($1) })
        } else {
            self = .ipv6(end.address[..<8].reduce(0) { $0 << 8 | UInt64($1) })
        }
    }

    /// Finds out who is at the other end of an accepted connection.
    package init(_ accepted: ListeningSocket.Accepted, owners: SocketOwners = .live) {
        guard let client = accepted.client else {
            self = accepted.user.map(Self.user) ?? .unknown
            return
        }
        if let server = accepted.server, let user = owners.user(of: client, connectedTo: server) {
            self = .localUser(user)
        } else {
            self.init(client)
        }
    }

    /// Whether users of this host are told apart; otherwise they are one peer, as they have one address.
    package static var knowsLocalUsers: Bool { SocketOwners.live.isAvailable }

    package var description: String {
        switch self {
        case .ipv4(let address): stride(from: 24, through: 0, by: -8).map { "\(address >> $0 & 0xff)" }.joined(separator: ".")
        case .ipv6(let prefix):
            stride(from: 48, through: 0, by: -16).map { String(prefix >> $0 & 0xffff, radix: 16) }.joined(separator: ":")
                + "::/64"
        case .user(let uid): "uid \(uid)"
        case .localUser(let uid): "uid \(uid) over TCP"
        case .unknown: "unknown"
        }
    }
}

extension SocketOwners.End {
    /// An end at an internet address; IPv4 that is mapped into IPv6 is IPv4. nil for an address of another kind.
    init?(_ address: SocketAddress) {
        guard let text = address.ipAddress, let port = address.port.flatMap(UInt16.init(exactly:)) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            self.init(address: Array(bytes[..<4]), port: port)
        } else if inet_pton(AF_INET6, text, &bytes) == 1 {
            let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
            self.init(address: isMapped ? Array(bytes[12...]) : bytes, port: port)
        } else {
            return nil
        }
    }
}
