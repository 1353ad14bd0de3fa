import Glibc

/// TCP ports of 127.0.0.1 that nobody listens on.
///
/// The kernel chooses them. Another process could take one before the test's server does, which then fails to start and says so.
package enum LoopbackPort {
    package static func free() throws -> Int { try free(1)[0] }

    /// Different ports, as many as are asked for.
    package static func free(_ count: Int) throws -> [Int] {
        var descriptors: [Int32] = []
        defer { for descriptor in descriptors { close(descriptor) } }
        return try (0..<count).map { _ in
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            descriptors.append(descriptor)
            var address = loopback(port: 0)
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let code = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, size) | getsockname(descriptor, $0, &size)
                }
            }
            guard code == 0 else { throw ServerFailure("the kernel gives no port: \(String(cString: strerror(errno)))") }
            return Int(in_port_t(bigEndian: address.sin_port))
        }
    }

    /// A connection to it; nil when nobody listens.
    static func connection(to port: Int) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = loopback(port: port)
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// Whether somebody listens.
    package static func answers(_ port: Int) -> Bool { connection(to: port).map { close($0) == 0 } ?? false }

    private static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }
}
