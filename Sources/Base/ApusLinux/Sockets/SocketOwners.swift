import CLinux
import Glibc
import Synchronization

/// Tells who is at the other end of a TCP connection that comes from this host itself: several users share a loopback address.
///
/// From the kernel, by sock_diag(7): some microseconds a question, and no privilege.
package final class SocketOwners: Sendable {
    /// One end of a connection.
    package struct End: Hashable, Sendable {
        /// 4 bytes of IPv4 or 16 of IPv6, in their order on the wire.
        package let address: [UInt8]
        package let port: UInt16

        package init(address: [UInt8], port: UInt16) {
            self.address = address
            self.port = port
        }

        /// The address as people write it, IPv6 without brackets.
        package var host: String {
            var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            guard inet_ntop(address.count == 4 ? AF_INET : AF_INET6, address, &text, socklen_t(text.count)) != nil else {
                return ""
            }
            return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }

    /// The owners of sockets in the network namespace of whoever asks first.
    package static let live = SocketOwners()

    /// nil before the first question; -1 where this process may not ask.
    private let socket = Mutex<Int32?>(nil)

    private init() {}

    /// Whether the kernel can be asked: a sandbox may forbid the family AF_NETLINK.
    package var isAvailable: Bool { socket.withLock { Self.open(&$0) >= 0 } }

    private static func open(_ socket: inout Int32?) -> Int32 {
        let open = socket ?? apus_socket_owners_open()
        socket = open
        return open
    }

    /// The user whose process has connected from `client` to `server`.
    ///
    /// Whatever the addresses: who is on this host connects from any address that it has, to any other one.
    ///
    /// - Returns: nil for a client on another host or in another network namespace, for one that has closed its socket, and where the kernel or a
    ///   sandbox without AF_NETLINK does not answer. Users that are not mapped into this user namespace are the overflow user, 65534.
    package func user(of client: End, connectedTo server: End) -> UInt32? {
        socket.withLock { socket in
            let open = Self.open(&socket)
            guard open >= 0, client.address.count == server.address.count else { return nil }
            var owner = uid_t.max
            let code = apus_socket_owner(
                open, client.address, client.port, server.address, server.port, client.address.count, &owner)
            return code == 0 ? owner : nil
        }
    }
}
