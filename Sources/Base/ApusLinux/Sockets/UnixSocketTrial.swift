import CLinux
import Glibc

/// Whether a Unix socket takes connections or messages at this moment.
package enum UnixSocketTrial {
    /// Connects once, and lets go of it at once. The file system that has the path may not answer, which the caller waits for.
    ///
    /// - Parameters:
    ///   - path: or with a leading `@` an abstract name.
    ///   - type: `SOCK_STREAM`, `SOCK_DGRAM` or `SOCK_SEQPACKET`.
    /// - Returns: `nil` when it took the connection, else the errno: `EAGAIN` when as many wait there as may.
    package static func connect(to path: String, type: Int32) -> Int32? {
        let code = apus_unix_try(path, type)
        return code == 0 ? nil : code
    }

    package static let stream = Int32(SOCK_STREAM.rawValue)
    package static let datagram = Int32(SOCK_DGRAM.rawValue)
    package static let seqpacket = Int32(SOCK_SEQPACKET.rawValue)
}
