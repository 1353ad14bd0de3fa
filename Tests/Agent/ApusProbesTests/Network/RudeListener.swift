import Glibc
import HostTesting
import Synchronization

/// A server of a test's own on 127.0.0.1 that does with each connection what the test says, on a thread for each.
final class RudeListener: Sendable {
    let port: Int
    private let descriptor: Int32
    private let isStopped: Mutex<Bool>
    private let asked = Mutex<[UInt8]>([])

    /// A connection that was accepted.
    struct Connection: Sendable {
        let descriptor: Int32
        fileprivate let listener: RudeListener

        /// Sends bytes; false once nobody takes any.
        @discardableResult
        func send(_ bytes: some Collection<UInt8>) -> Bool {
            let bytes = Array(bytes)
            return Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
        }

        @discardableResult
        func send(_ text: String) -> Bool { send(Array(text.utf8)) }

        /// What came, at least a byte; nothing at the end.
        @discardableResult
        func receive() -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &bytes, bytes.count, 0)
            let taken = Array(bytes.prefix(max(0, count)))
            listener.asked.withLock { $0 += taken }
            return taken
        }

        /// Waits until the other side has ended the connection.
        func waitForEnd() { while !receive().isEmpty {} }

        /// Ends the connection so that the other side sees a reset.
        func reset() {
            var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        }

        /// Ends this side alone.
        func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }
    }

    init(_ serve: @escaping @Sendable (Connection) -> Void) throws {
        isStopped = Mutex(false)
        port = try LoopbackPort.free()
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0, listen(descriptor, 64) == 0 else { throw Unexpected("port \(port) is taken") }
        start { listener in
            while true {
                let accepted = accept(listener.descriptor, nil, nil)
                guard accepted >= 0, !listener.isStopped.withLock({ $0 }) else { break }
                // Nobody is waited for without end.
                var limit = timeval(tv_sec: 20, tv_usec: 0)
                setsockopt(accepted, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
                setsockopt(accepted, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
                listener.start { listener in
                    serve(Connection(descriptor: accepted, listener: listener))
                    close(accepted)
                }
            }
            close(listener.descriptor)
        }
    }

    /// All bytes that clients have sent.
    var received: String { String(decoding: asked.withLock { $0 }, as: UTF8.self) }

    func stop() {
        isStopped.withLock { $0 = true }
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    private func start(_ body: @escaping @Sendable (RudeListener) -> Void) {
        final class Work: Sendable {
            let listener: RudeListener
            let body: @Sendable (RudeListener) -> Void

            init(_ listener: RudeListener, _ body: @escaping @Sendable (RudeListener) -> Void) {
                self.listener = listener
                self.body = body
            }
        }
        var thread = pthread_t()
        let work = Unmanaged.passRetained(Work(self, body)).toOpaque()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let work = Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
                work.body(work.listener)
                return nil
            }, work)
        guard code == 0 else { return Unmanaged<Work>.fromOpaque(work).release() }
        pthread_detach(thread)
    }
}

extension RudeListener {
    /// A server that answers what it is sent with a text, and then ends the connection.
    static func answering(_ text: String) throws -> RudeListener {
        try RudeListener { connection in
            connection.receive()
            connection.send(text)
        }
    }

    /// A server that answers with a head and a body of HTTP.
    static func http(_ body: String, status: String = "200 OK", fields: String = "") throws -> RudeListener {
        try answering("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
    }
}
