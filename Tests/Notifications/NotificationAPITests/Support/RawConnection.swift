import Glibc
import HostTesting

/// A TCP connection to an API on which a test sends what no HTTP client would.
final class RawConnection: Sendable {
    private let descriptor: Int32

    /// Connects; throws when nobody listens.
    init(to port: Int) throws {
        guard let descriptor = LoopbackPort.connection(to: port) else { throw Unanswered(description: "nobody listens") }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Ends what is sent, and goes on reading.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Reads what is there: nil when nothing is, an empty text at the end of the connection.
    private func receive() -> String? {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        if count < 0 { return errno == EAGAIN ? nil : "" }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// Waits until the text that has come holds another one.
    func answer(containing part: String, within limit: Duration = .seconds(20)) async throws -> String {
        var text = ""
        try await eventually("“\(part)” in “\(text)”", within: limit) {
            text += receive() ?? ""
            return text.contains(part)
        }
        return text
    }

    /// Waits for the end of the connection, and gives all that came before it.
    func untilEnd(within limit: Duration = .seconds(20)) async throws -> String {
        var text = ""
        try await eventually("the end after “\(text)”", within: limit) {
            while let piece = receive() {
                if piece.isEmpty { return true }
                text += piece
            }
            return false
        }
        return text
    }
}

struct Unanswered: Error { let description: String }
