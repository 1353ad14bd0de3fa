import Glibc
import Synchronization

/// Port offsets for fleets, and single ports, that nobody on this machine uses.
enum Ports {
    private static let next = Mutex(10_000)

    /// An offset at which all ports of a fleet are free.
    static func offset() throws -> Int { try offset(of: [3001, 3002, 9480] + Array(9090...9102)) }

    /// An offset at which all of these ports are free.
    static func offset(of ports: [Int]) throws -> Int {
        try next.withLock { next in
            while next < 24_000 {
                next += 500
                if ports.allSatisfy({ isFree($0 + next) }) { return next }
            }
            throw Failure("no ports are free")
        }
    }

    static func single() throws -> Int {
        try next.withLock { next in
            for port in (next + 7000)..<(next + 7400) where isFree(port) {
                next += 500
                return port
            }
            throw Failure("no port is free")
        }
    }

    static func isFree(_ port: Int) -> Bool { (try? Listener(port: port)) != nil }

    /// A port that is taken as long as the value lives.
    final class Listener: Sendable {
        private let descriptor: Int32

        init(port: Int) throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var yes: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let code = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard code == 0, listen(descriptor, 1) == 0 else {
                close(descriptor)
                throw Failure("port \(port) is taken")
            }
        }

        deinit { close(descriptor) }
    }
}
