import CSystemd
import Glibc

/// A listening socket that the service manager opened and passed to this process (socket activation).
package struct ActivationSocket: Sendable, Equatable {
    /// The open descriptor, close-on-exec; it belongs to the one who asked.
    package let descriptor: Int32
    /// `FileDescriptorName=` of the socket unit; the unit's name by default.
    package let name: String

    package init(descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    /// The sockets and stored descriptors passed to this process, in the manager's order (sd_listen_fds_with_names(3)); none when
    /// nobody passed any, or they are meant for another process.
    ///
    /// Asked once, at the start, while one thread runs: it reads the environment, and takes the variables out so that no child takes
    /// the descriptors for its own.
    ///
    /// - Throws: ``NotifyError/cannotListen(errno:)``.
    package static func passed() throws(NotifyError) -> [ActivationSocket] {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = sd_listen_fds_with_names(1, &names)
        guard count >= 0 else { throw .cannotListen(errno: -count) }
        defer {
            // The library allocated the vector and `count` strings, and hands them over.
            for index in 0..<Int(count) { free(names?[index]) }
            free(names)
        }
        return (0..<count).map { index in
            // Within the vector, which has `count` strings and a null.
            let name = names?[Int(index)].map { String(cString: $0) } ?? "unknown"
            return ActivationSocket(descriptor: SD_LISTEN_FDS_START + index, name: name)
        }
    }
}
