import Glibc
import Synchronization

/// TCP ports of 127.0.0.1 for the servers of tests.
///
/// A port is given to one process of tests at a time, however many run beside one another: the process holds a socket in the kernel's
/// abstract namespace that is named for the port, and goes with it. All lie below those that the kernel gives to outgoing connections,
/// so that no client takes one before its server listens.
package enum LoopbackPort {
    private static let range = 10_000..<32_000
    private static let next = Mutex(Int.random(in: range))

    /// A port that nobody listens on.
    package static func free() throws -> Int {
        try next.withLock { next in
            for _ in range {
                next = next + 1 < range.upperBound ? next + 1 : range.lowerBound
                if isFree(next), reserve(next) != nil { return next }
            }
            throw PortFailure("no port of \(range) is free")
        }
    }

    /// Different ports, as many as are asked for.
    package static func free(_ count: Int) throws -> [Int] { try (0..<count).map { _ in try free() } }

    /// What to add to all of these ports so that nobody listens on any of them.
    package static func offset(of ports: [Int]) throws -> Int {
        guard let least = ports.min(), let most = ports.max() else { return 0 }
        // Those above are the kernel's for clients, which take one before its server listens.
        let end = most - least < range.count ? range.upperBound : 65_536
        for start in range.shuffled().prefix(1000) where start > least {
            let moved = ports.map { $0 + start - least }
            guard moved.allSatisfy({ $0 < end && isFree($0) }) else { continue }
            let reserved = moved.map(reserve)
            if reserved.allSatisfy({ $0 != nil }) { return start - least }
            for descriptor in reserved.compactMap(\.self) { close(descriptor) }
        }
        throw PortFailure("there is no offset at which the ports \(ports) are free")
    }

    /// Whether nobody listens on it.
    package static func isFree(_ port: Int) -> Bool { (try? OccupiedPort(port)) != nil }

    /// Whether somebody listens.
    package static func answers(_ port: Int) -> Bool { connection(to: port).map { close($0) == 0 } ?? false }

    /// The socket that stands for a port as long as this process lives; nil when another one stands for it.
    private static func reserve(_ port: Int) -> Int32? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let name = [0] + Array("apus-test-port-\(port)".utf8)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let size = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        guard code == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// A connection to it; nil when nobody listens.
    package static func connection(to port: Int) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard connect(descriptor, to: port) else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// Connects a socket to it; false when nobody listens.
    package static func connect(_ descriptor: Int32, to port: Int) -> Bool {
        withAddress(of: port) { Glibc.connect(descriptor, $0, $1) } == 0
    }

    fileprivate static func withAddress(of port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}

/// A port that is taken as long as the value lives.
package final class OccupiedPort: Sendable {
    private let descriptor: Int32

    package init(_ port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard LoopbackPort.withAddress(of: port, { bind(descriptor, $0, $1) }) == 0, listen(descriptor, 1) == 0 else {
            close(descriptor)
            throw PortFailure("port \(port) is taken")
        }
    }

    deinit { close(descriptor) }
}

/// Why a port cannot be had.
package struct PortFailure: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
