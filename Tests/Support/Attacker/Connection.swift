import Glibc

/// A connection that its owner may use as badly as it likes; closed with the value.
final class Connection {
    let descriptor: Int32

    /// Connects to a port of 127.0.0.1; nil when that is refused.
    init?(port: UInt16) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            close(descriptor)
            return nil
        }
    }

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Sends what the kernel takes at once.
    ///
    /// - Returns: the number of bytes; nil once the connection has ended.
    @discardableResult
    func send(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        let count = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
        if count >= 0 { return count }
        return errno == EAGAIN ? 0 : nil
    }

    /// Takes what has come, as far as it has room.
    ///
    /// - Returns: the number of bytes; -1 once the connection has ended.
    func take(into buffer: inout [UInt8]) -> Int {
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return count > 0 ? count : count < 0 && errno == EAGAIN ? 0 : -1
    }

    /// Reads until the connection ends, a text has come, or time is up.
    func read(until isComplete: ([UInt8]) -> Bool, end: ContinuousClock.Instant) -> [UInt8]? {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while !isComplete(bytes) {
            let left = ContinuousClock.now.duration(to: end) / .milliseconds(1)
            guard left > 0 else { return nil }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, Int32(left) + 1) > 0 else { continue }
            let count = recv(descriptor, &piece, piece.count, 0)
            guard count > 0 else { return count == 0 ? bytes : nil }
            bytes += piece[..<count]
        }
        return bytes
    }
}

extension Connection {
    /// Whether the other side has closed it; what was sent before stays unread.
    var isEnded: Bool {
        // POLLRDHUP of poll(2), which Swift's Glibc lacks.
        var state = pollfd(fd: descriptor, events: 0x2000, revents: 0)
        return poll(&state, 1, 0) > 0
    }
}

/// Writes a line to standard output at once.
func tell(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(STDOUT_FILENO, bytes, bytes.count)
}

/// Lets a moment pass.
func pause(_ time: Duration) { usleep(UInt32(time / .microseconds(1))) }
