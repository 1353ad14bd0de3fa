import ClusterSupervisor
import Glibc
import HostTesting
import Testing

@Suite struct `Before a fleet starts` {
    /// A TCP socket that listens on a free port of the loopback address.
    private func listen() throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && Glibc.listen(descriptor, 1) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
        }
        try #require(bound)
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    @Test func `a port on which a server listens is in use, and free after it`() throws {
        let (descriptor, port) = try listen()
        #expect(PortAvailability.check(host: "127.0.0.1", port: port) == .inUse)
        close(descriptor)
        #expect(PortAvailability.check(host: "127.0.0.1", port: port) == .free)
    }

    @Test(arguments: ["no such host", "203.0.113.7"])
    func `an address that is not this machine's is unusable`(host: String) {
        guard case .unusable = PortAvailability.check(host: host, port: 3001) else {
            Issue.record("\(host) is usable")
            return
        }
    }
}
