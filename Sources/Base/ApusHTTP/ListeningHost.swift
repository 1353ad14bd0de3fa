package import ApusLinux
import Glibc
import NIOCore

extension ListeningSocket {
    /// Listens on the first address of a host, such as `127.0.0.1`, `::` or `localhost`.
    ///
    /// - Parameter port: 0 for a free one.
    /// - Throws: ``SocketFailure``, and NIO's `SocketAddressError` for a host that nobody knows.
    package init(host: String, port: Int, backlog: Int) throws {
        let address = try SocketAddress.makeAddressResolvingHost(host, port: port)
        guard let end = SocketOwners.End(address) else { throw SocketFailure(code: EAFNOSUPPORT) }
        // A link-local address is one of an interface: fe80::1%eth0.
        let interface = host.split(separator: "%", maxSplits: 1).dropFirst().first
        let scope = interface.map { UInt32($0) ?? if_nametoindex(String($0)) } ?? 0
        try self.init(on: end, scope: scope, backlog: backlog)
    }

    /// The port; nil for a socket in the file system.
    package var port: Int? {
        if case .internet(let end) = place { Int(end.port) } else { nil }
    }
}
