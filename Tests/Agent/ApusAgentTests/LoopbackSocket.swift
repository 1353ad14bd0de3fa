import Glibc

/// Listening TCP sockets as systemd would pass them.
enum LoopbackSocket {
    struct Failed: Error { let errno: Int32 }

    static func listening() throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0, listen(descriptor, 16) == 0 else { throw Failed(errno: errno) }
        return descriptor
    }

    /// A socket whose queue of connections is full, so that nobody connects to it any more.
    ///
    /// - Returns: the socket, and those that fill its queue; all are to be closed.
    static func full() throws -> (listener: Int32, fillers: [Int32]) {
        let listener = try listening()
        guard listen(listener, 0) == 0 else { throw Failed(errno: errno) }
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let fillers = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                getsockname(listener, address, &size)
                return (0..<4).map { _ in
                    let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
                    _ = connect(filler, address, size)
                    return filler
                }
            }
        }
        return (listener, fillers)
    }

    /// A Unix socket whose queue of connections is full.
    ///
    /// - Returns: the socket, and those that fill its queue; all are to be closed.
    static func fullUnix(at path: String) throws -> (listener: Int32, fillers: [Int32]) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        return try withUnsafePointer(to: &address) {
            try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(listener, address, size) == 0, listen(listener, 0) == 0 else { throw Failed(errno: errno) }
                var fillers: [Int32] = []
                while true {
                    let filler = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
                    guard connect(filler, address, size) == 0, fillers.count < 16 else {
                        close(filler)
                        return (listener, fillers)
                    }
                    fillers.append(filler)
                }
            }
        }
    }

    /// The number of sockets of the network namespace that connect to a port of loopback or are connected to it.
    ///
    /// - Parameter besides: sockets that do not count.
    static func clients(of port: Int, besides: [Int32]) throws -> Int {
        func place(_ port: Int) -> String {
            let text = String(port, radix: 16, uppercase: true)
            return "0100007F:" + String(repeating: "0", count: 4 - text.count) + text
        }
        let peer = place(port)
        let others = besides.compactMap { Self.port(of: $0).map(place) }
        let file = open("/proc/net/tcp", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Failed(errno: errno) }
        defer { close(file) }
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        // It says that it has no bytes, and gives some at a time.
        while case let count = read(file, &piece, piece.count), count > 0 { text += piece[..<count] }
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").dropFirst()
        return lines.count { line in
            let fields = line.split(separator: " ").map(String.init)
            // TCP_ESTABLISHED and TCP_SYN_SENT.
            return fields.count > 3 && fields[2] == peer && ["01", "02"].contains(fields[3]) && !others.contains(fields[1])
        }
    }

    /// The port of a socket; nil of what is none.
    static func port(of descriptor: Int32) -> Int? {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        return code == 0 ? Int(in_port_t(bigEndian: address.sin_port)) : nil
    }
}
