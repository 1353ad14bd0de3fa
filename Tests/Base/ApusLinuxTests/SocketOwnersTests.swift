import ApusLinux
import Glibc
import Testing

@Suite struct SocketOwnersTests {
    /// A connection of this process to itself.
    private final class Connection {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        private(set) var client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)

        init(from own: in_addr? = nil) throws {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            try #require(Self.with(&address) { bind(listener, $0, $1) } == 0)
            try #require(listen(listener, 1) == 0)
            address.sin_port = try port(of: listener).bigEndian
            if let own {
                var from = sockaddr_in()
                from.sin_family = sa_family_t(AF_INET)
                from.sin_addr = own
                try #require(Self.with(&from) { bind(client, $0, $1) } == 0)
            }
            try #require(Self.with(&address) { connect(client, $0, $1) } == 0)
        }

        func closeClient() {
            close(client)
            client = -1
        }

        deinit {
            close(client)
            close(listener)
        }

        func port(of descriptor: Int32) throws -> UInt16 {
            var address = sockaddr_in()
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let code = Self.with(&address) { pointer, _ in
                getsockname(descriptor, UnsafeMutablePointer(mutating: pointer), &size)
            }
            try #require(code == 0)
            return UInt16(bigEndian: address.sin_port)
        }

        private static func with(_ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
            withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
            }
        }
    }

    private static let loopback: [UInt8] = [127, 0, 0, 1]

    private func owner(_ connection: Connection, server: [UInt8] = loopback) throws -> UInt32? {
        SocketOwners.live.user(
            of: .init(address: Self.loopback, port: try connection.port(of: connection.client)),
            connectedTo: .init(address: server, port: try connection.port(of: connection.listener)))
    }

    @Test func `the user at the other end of a connection of this host is known`() throws {
        let connection = try Connection()
        #expect(try owner(connection) == geteuid())
        // What the kernel has for a socket that another user made.
        try #require(fchown(connection.client, 65533, 65533) == 0, "the tests run as root")
        #expect(try owner(connection) == 65533)
    }

    @Test func `a client that has closed its socket is not taken for root`() throws {
        let connection = try Connection()
        let client = SocketOwners.End(address: Self.loopback, port: try connection.port(of: connection.client))
        let server = SocketOwners.End(address: Self.loopback, port: try connection.port(of: connection.listener))
        connection.closeClient()
        #expect(SocketOwners.live.user(of: client, connectedTo: server) == nil)
    }

    /// The address from which the kernel would send to elsewhere; nothing is sent. nil on a host without a network.
    private func ownAddress() -> in_addr? {
        let probe = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(probe) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("192.0.2.77")
        address.sin_port = UInt16(9).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isKnown = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(probe, $0, size) == 0 && getsockname(probe, $0, &size) == 0
            }
        }
        return isKnown ? address.sin_addr : nil
    }

    @Test func `a client of this host is known from whatever address it comes`() throws {
        guard let address = ownAddress() else { return }
        let connection = try Connection(from: address)
        let own = withUnsafeBytes(of: address.s_addr) { Array($0) }
        let client = SocketOwners.End(address: own, port: try connection.port(of: connection.client))
        let server = SocketOwners.End(address: Self.loopback, port: try connection.port(of: connection.listener))
        #expect(SocketOwners.live.user(of: client, connectedTo: server) == geteuid())
    }

    @Test func `of a client that is not there, or comes from elsewhere, nobody is said to be the user`() throws {
        let connection = try Connection()
        #expect(try owner(connection, server: [127, 0, 0, 2]) == nil)
        let client = SocketOwners.End(address: [192, 0, 2, 1], port: 40_000)
        #expect(SocketOwners.live.user(of: client, connectedTo: .init(address: [192, 0, 2, 2], port: 80)) == nil)
        let unused = SocketOwners.End(address: Self.loopback, port: try connection.port(of: connection.listener))
        #expect(SocketOwners.live.user(of: unused, connectedTo: .init(address: Self.loopback, port: 1)) == nil)
    }
}
