import Glibc
package import NIOCore

extension Channel {
    /// Whether the client of a TCP connection has gone before it sent two bytes, which are no request.
    ///
    /// Such connections are what a flood of them leaves in the queue of a listening socket. To be asked on the connection's event
    /// loop, before anything is built for it; where the kernel does not say, the answer is no.
    package var hasEndedUnused: Bool {
        guard let options = self as? any SocketOptionProvider else { return false }
        var hasEnded = false
        let information: EventLoopFuture<TCPInformation> = options.unsafeGetSocketOption(
            level: .tcp, name: .init(rawValue: TCP_INFO))
        // On the connection's own loop it is there at once.
        information.assumeIsolated().whenSuccess { hasEnded = $0.endedUnused }
        return hasEnded
    }
}

/// The beginning of `struct tcp_info` of linux/tcp.h, up to the count of bytes that came.
private struct TCPInformation: Sendable {
    private let words: InlineArray<17, UInt64>

    var endedUnused: Bool {
        let state = Int(UInt64(littleEndian: words[0]) & 0xff)
        // The end counts as a byte.
        return state == TCP_CLOSE || state == TCP_CLOSE_WAIT && words[16] <= 2
    }
}
