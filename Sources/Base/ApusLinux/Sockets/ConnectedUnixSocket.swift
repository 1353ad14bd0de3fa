import CLinux
import Glibc
import Synchronization

/// A Unix socket that is connected, and closed once nobody holds it any more.
package final class ConnectedUnixSocket: Sendable {
    package static let stream = Int32(SOCK_STREAM.rawValue)
    package static let datagram = Int32(SOCK_DGRAM.rawValue)
    package static let seqpacket = Int32(SOCK_SEQPACKET.rawValue)

    /// Why there is no connection.
    package struct Fault: Error, Hashable {
        /// The errno: `EAGAIN` when as many connections wait to be accepted as may.
        package let code: Int32

        package init(code: Int32) { self.code = code }
    }

    /// Nil once somebody has taken it.
    private let descriptor: Mutex<CInt?>

    /// Connects. The file system that has the path may not answer, which the caller waits for.
    ///
    /// - Parameters:
    ///   - path: or with a leading `@` an abstract name.
    ///   - type: ``stream``, ``datagram`` or ``seqpacket``.
    package init(to path: String, type: Int32) throws(Fault) {
        let descriptor = apus_unix_open(path, type)
        guard descriptor >= 0 else { throw Fault(code: errno) }
        self.descriptor = Mutex(descriptor)
    }

    deinit { if let descriptor = take() { close(descriptor) } }

    private init(_ descriptor: CInt) { self.descriptor = Mutex(descriptor) }

    /// The connection in the hands of one of several who share this; `nil` where another one has it.
    package func claim() -> ConnectedUnixSocket? { take().map { ConnectedUnixSocket($0) } }

    /// The descriptor, which is the caller's to close from now on; `nil` where another caller has it.
    package func take() -> CInt? {
        descriptor.withLock { descriptor in
            defer { descriptor = nil }
            return descriptor
        }
    }
}
