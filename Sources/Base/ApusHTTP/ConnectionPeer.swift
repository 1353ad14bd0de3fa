import Glibc
package import NIOCore

/// Who a connection is counted against: an address, or the user behind a Unix socket.
package enum ConnectionPeer: Hashable, Sendable, CustomStringConvertible {
    /// An IPv4 address, in the order of its bytes; one that is mapped into IPv6 is the same peer.
    case ipv4(UInt32)
    /// The first 64 bits of an IPv6 address: whoever has one has the rest of that network as well.
    case ipv6(UInt64)
    case user(UInt32)
    /// Somebody whom the kernel does not name.
    case unknown

    /// The peer at an internet address; nil for an address of another kind.
    package init?(_ address: SocketAddress) {
        guard let text = address.ipAddress else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            self = .ipv4(bytes[..<4].reduce(0) { $0 << 8 | UInt32($1) })
        } else if inet_pton(AF_INET6, text, &bytes) == 1 {
            let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
            self =
                isMapped
                ? .ipv4(bytes[12...].reduce(0) { $0 << 8 | UInt32($1) })
                : .ipv6(bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) })
        } else {
            return nil
        }
    }

    /// Finds out who is at the other end of an accepted connection.
    package static func of(_ channel: any Channel) -> EventLoopFuture<ConnectionPeer> {
        if let peer = channel.remoteAddress.flatMap(Self.init(_:)) { return channel.eventLoop.makeSucceededFuture(peer) }
        guard channel.localAddress.flatMap(Self.init(_:)) == nil, let options = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededFuture(.unknown)
        }
        let credentials: EventLoopFuture<Credentials> = options.unsafeGetSocketOption(
            level: .socket, name: .init(rawValue: SO_PEERCRED))
        return credentials.map { .user($0.uid) }.recover { _ in .unknown }
    }

    /// `struct ucred` of socket(7).
    private struct Credentials: Sendable {
        var pid: Int32 = 0
        var uid: UInt32 = 0
        var gid: UInt32 = 0
    }

    package var description: String {
        switch self {
        case .ipv4(let address): stride(from: 24, through: 0, by: -8).map { "\(address >> $0 & 0xff)" }.joined(separator: ".")
        case .ipv6(let prefix):
            stride(from: 48, through: 0, by: -16).map { String(prefix >> $0 & 0xffff, radix: 16) }.joined(separator: ":")
                + "::/64"
        case .user(let uid): "uid \(uid)"
        case .unknown: "unknown"
        }
    }
}
