import Foundation
import Glibc
import Synchronization

/// An instance of an API as nginx sees it: answers every request with its own name and with the head that came.
final class EchoInstance: Sendable {
    enum Behaviour: Sendable {
        case answers
        /// Reads the request and closes the connection.
        case hangsUp
    }

    let name: String
    let port: Int
    private let behaviour: Behaviour
    private let listener: Int32
    /// The first lines of the requests, in order.
    private let seen = Mutex<[String]>([])

    init(_ name: String, _ behaviour: Behaviour = .answers) throws {
        self.name = name
        self.behaviour = behaviour
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) | listen(listener, 128) | getsockname(listener, $0, &size)
            }
        }
        guard code == 0 else { throw POSIXError(.EADDRINUSE) }
        port = Int(in_port_t(bigEndian: address.sin_port))
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0, let instance = self else { return }
                Thread.detachNewThread { instance.serve(connection) }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    var requests: [String] { seen.withLock { $0 } }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(connection, &piece, piece.count, 0)
            guard count > 0 else { return }
            bytes += piece.prefix(count)
            let head = String(decoding: bytes, as: UTF8.self)
            guard head.contains("\r\n\r\n") else { continue }
            seen.withLock { $0.append(String(head.prefix { $0 != "\r\n" })) }
            if case .hangsUp = behaviour { return }
            let body = "\(name)\n\(head)"
            let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
            guard send(connection, answer, answer.count, Int32(MSG_NOSIGNAL)) == answer.count else { return }
            bytes = []
        }
    }
}
