import Glibc

/// A TCP connection to the agent that reads only when it is told to.
final class RawClient: Sendable {
    private let descriptor: Int32

    struct Unreachable: Error {}

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // Small, so that what is not read soon waits at the agent.
        var size: Int32 = 4096
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        // Closed when the object goes, which has all it needs by now.
        guard code == 0 else { throw Unreachable() }
    }

    deinit { close(descriptor) }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Up to so many bytes; empty at the end, or after a reset.
    func read(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = recv(descriptor, &bytes, count, 0)
        return Array(bytes.prefix(max(0, got)))
    }

    /// Closes the client's own side: it sends nothing more, and reads on.
    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Ends the connection in both directions; who reads comes to the end.
    func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    func readToEnd() -> [UInt8] {
        var all: [UInt8] = []
        while case let some = read(65_536), !some.isEmpty { all += some }
        return all
    }
}
