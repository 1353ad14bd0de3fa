import Glibc

/// What receivers of webhooks answer.
enum ReceiverAttack: String {
    /// A status that is none.
    case impossibleStatus = "impossible-status"
    /// Informational heads without an end.
    case informational
    /// Nothing, ever.
    case hanging
    /// A body without an end.
    case endless
    /// The connection's end after each answer, and no word of it.
    case closing
    /// 200 at once, as an honest one does; each request's `webhook-id` is written as a line.
    case honest

    func run(on port: UInt16, until end: ContinuousClock.Instant) {
        let listener = listening(on: port)
        var connections: [Connection] = []
        while ContinuousClock.now < end {
            var waiting = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
            waiting += connections.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            guard poll(&waiting, nfds_t(waiting.count), 100) > 0 else { continue }
            connections = zip(connections, waiting.dropFirst()).compactMap { connection, state in
                state.revents == 0 || answer(connection) ? connection : nil
            }
            if waiting[0].revents != 0 {
                let descriptor = accept(listener, nil, nil)
                if descriptor >= 0 { connections.append(Connection(descriptor)) }
            }
        }
    }

    private func listening(on port: UInt16) -> Int32 {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0, listen(listener, 1024) == 0 else { fail("cannot listen on \(port)") }
        return listener
    }

    /// Answers what has come, whole or not.
    ///
    /// - Returns: whether the connection goes on.
    private func answer(_ connection: Connection) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(connection.descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        guard count > 0 else { return false }
        switch self {
        case .impossibleStatus:
            connection.send("HTTP/1.1 \(["099", "000", "042"].randomElement() ?? "099") X\r\nContent-Length: 0\r\n\r\n")
            return false
        case .informational:
            return connection.send(String(repeating: "HTTP/1.1 103 Early Hints\r\n\r\n", count: 1000)) != nil
        case .hanging: return true
        case .endless:
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")
            return true
        case .closing:
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            return false
        case .honest:
            // A request comes in one or two pieces, the head first: it is answered by its head.
            let text = String(decoding: bytes[..<count], as: UTF8.self)
            for line in text.split(separator: "\r\n") where line.lowercased().hasPrefix("webhook-id:") {
                tell(String(line.dropFirst("webhook-id:".count).drop { $0 == " " }))
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            }
            return true
        }
    }
}
