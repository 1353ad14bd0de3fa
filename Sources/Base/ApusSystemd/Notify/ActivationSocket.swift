import Glibc

/// A listening socket that the service manager opened and passed to this process (socket activation).
package struct ActivationSocket: Sendable, Equatable {
    /// The open descriptor, close-on-exec; it belongs to the one who asked.
    package let descriptor: Int32
    /// The `FileDescriptorName=` of the socket unit; the unit's name by default.
    package let name: String

    package init(descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    /// The sockets and stored descriptors passed to this process, in the manager's order (sd_listen_fds_with_names(3)); none when
    /// nobody passed any, or they are meant for another process.
    ///
    /// A program asks once, at its start, while one thread runs: this reads the environment, and takes the variables out so that no
    /// child takes the descriptors for its own.
    ///
    /// - Throws: ``NotifyError/malformed(variable:value:)`` or ``NotifyError/cannotListen(errno:)``.
    package static func passed() throws(NotifyError) -> [ActivationSocket] {
        let variables = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]
        let values = variables.map { variable in getenv(variable).map { String(cString: $0) } }
        for variable in variables { unsetenv(variable) }
        let sockets = try passed(process: values[0], count: values[1], names: values[2], to: getpid())
        for socket in sockets {
            let flags = fcntl(socket.descriptor, F_GETFD)
            guard flags >= 0, fcntl(socket.descriptor, F_SETFD, flags | FD_CLOEXEC) >= 0 else {
                throw .cannotListen(errno: errno)
            }
        }
        return sockets
    }

    /// The first descriptor that a manager passes, `SD_LISTEN_FDS_START` of sd_listen_fds(3).
    private static let first: Int32 = 3

    /// Reads what the manager set; the descriptors are looked at by nobody.
    ///
    /// - Parameters:
    ///   - process: `LISTEN_PID`, the process that is meant.
    ///   - count: `LISTEN_FDS`.
    ///   - names: `LISTEN_FDNAMES`, divided by colons; a descriptor without one is `unknown`.
    /// - Throws: ``NotifyError/malformed(variable:value:)``.
    package static func passed(
        process: String?, count: String?, names: String?, to ownProcess: Int32
    ) throws(NotifyError) -> [ActivationSocket] {
        guard let process else { return [] }
        guard let meant = Int32(process), meant > 0 else { throw .malformed(variable: "LISTEN_PID", value: process) }
        guard meant == ownProcess, let count else { return [] }
        guard let number = Int32(count), number > 0, number <= Int32.max - first else {
            throw .malformed(variable: "LISTEN_FDS", value: count)
        }
        let given = names.map { $0.split(separator: ":", omittingEmptySubsequences: false).map(String.init) } ?? []
        guard given.count <= number else { throw .malformed(variable: "LISTEN_FDNAMES", value: names ?? "") }
        return (0..<number).map { index in
            ActivationSocket(
                descriptor: first + index, name: given.indices.contains(Int(index)) ? given[Int(index)] : "unknown")
        }
    }
}
