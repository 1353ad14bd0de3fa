import Foundation
import Glibc
import HostTesting
import Synchronization

/// A server on a free loopback port that answers each request as a test says.
final class ScriptedPage: Sendable {
    /// One connection, on a thread of its own.
    struct Connection: Sendable {
        let descriptor: Int32
        /// The number of the request over all connections, from 0.
        let request: Int

        func send(_ text: String) { send(Array(text.utf8)) }

        func send(_ bytes: [UInt8]) {
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return }
                sent += count
            }
        }

        /// Sends a page as the answer, with its length.
        func page(_ text: String, type: String = "text/plain; version=0.0.4", headers: String = "") {
            page(Array(text.utf8), type: type, headers: headers)
        }

        func page(_ body: [UInt8], type: String = "text/plain; version=0.0.4", headers: String = "") {
            send("HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\n\(headers)Content-Length: \(body.count)\r\n\r\n")
            send(body)
        }

        /// Whether the other end has closed the connection.
        var isClosed: Bool {
            var byte: UInt8 = 0
            let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
            return count == 0 || count < 0 && errno != EAGAIN
        }

        func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    let port: Int
    private let listener: Int32
    private let counts = Mutex((connections: 0, requests: 0, heads: [String]()))
    private let answer: @Sendable (Connection) -> Void

    /// - Parameter listener: a socket that listens already; `nil` for one on a free port.
    init(listener: Int32? = nil, _ answer: @escaping @Sendable (Connection) -> Void) throws {
        self.listener = try listener ?? LoopbackSocket.listening()
        port = LoopbackSocket.port(of: self.listener) ?? 0
        self.answer = answer
        let descriptor = self.listener
        Thread.detachNewThread { [weak self] in
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0 else { return }
                guard let self else {
                    close(client)
                    return
                }
                counts.withLock { $0.connections += 1 }
                Thread.detachNewThread { [weak self] in
                    self?.serve(client)
                    close(client)
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    var connections: Int { counts.withLock { $0.connections } }
    var requests: Int { counts.withLock { $0.requests } }
    var heads: [String] { counts.withLock { $0.heads } }
    var url: String { "http://127.0.0.1:\(port)/metrics" }

    private func serve(_ client: Int32) {
        var head: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(client, &bytes, bytes.count, 0)
            guard count > 0 else { return }
            head += bytes[..<count]
            guard head.suffix(4) == Array("\r\n\r\n".utf8)[...] else { continue }
            let request = counts.withLock { counts in
                counts.requests += 1
                counts.heads.append(String(decoding: head, as: UTF8.self))
                return counts.requests - 1
            }
            head = []
            answer(Connection(descriptor: client, request: request))
        }
    }
}
