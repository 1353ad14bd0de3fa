import CLinux
import Glibc

/// The file of a Unix socket that a server has made, from its making to its removal.
package struct SocketFile: Sendable {
    /// How a socket's clients send.
    package enum Kind: Sendable {
        case stream
        case packets

        fileprivate var type: __socket_type { self == .stream ? SOCK_STREAM : SOCK_SEQPACKET }
    }

    /// Who may connect: whoever may write to the file.
    package struct Access: Sendable, Hashable {
        /// By default owner and group.
        package var mode: UInt32
        /// The number of the group; `nil` for that of the process.
        package var group: UInt32?

        package init(mode: UInt32 = 0o660, group: UInt32? = nil) {
            self.mode = mode
            self.group = group
        }
    }

    /// The bytes that Linux takes of a path, at most.
    package static let longestPath = 107

    package let path: String
    private let device: UInt64
    private let number: UInt64

    /// Makes a socket that listens, non-blocking and close-on-exec. A file that a dead process has left is replaced.
    ///
    /// Nobody can connect before the file has its group and its mode.
    ///
    /// - Parameter backlog: connections that wait to be accepted.
    /// - Throws: ``SocketFileFault``; nothing is left of the socket then.
    package static func listen(
        at path: String, _ kind: Kind, access: Access = Access(), backlog: Int
    ) throws(SocketFileFault) -> (descriptor: Int32, file: SocketFile) {
        guard path.utf8.count <= longestPath else { throw .tooLong }
        let descriptor = open(kind)
        guard descriptor >= 0 else { throw .refused(code: errno) }
        do throws(SocketFileFault) {
            try makeRoom(at: path, kind)
            guard apus_unix_bind(descriptor, path) == 0 else { throw SocketFileFault.refused(code: errno) }
            let file = try SocketFile(path)
            do throws(SocketFileFault) {
                if let group = access.group, chown(path, .max, group) != 0 { throw SocketFileFault.group(code: errno) }
                guard chmod(path, access.mode) == 0, Glibc.listen(descriptor, Int32(clamping: backlog)) == 0 else {
                    throw SocketFileFault.refused(code: errno)
                }
            } catch {
                file.remove()
                throw error
            }
            return (descriptor, file)
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func open(_ kind: Kind) -> Int32 {
        socket(AF_UNIX, Int32(kind.type.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    }

    private init(_ path: String) throws(SocketFileFault) {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw .refused(code: errno) }
        self.path = path
        device = UInt64(status.st_dev)
        number = UInt64(status.st_ino)
    }

    /// Removes the file, unless another one has taken its place.
    package func remove() {
        var status = stat()
        guard lstat(path, &status) == 0, UInt64(status.st_dev) == device, UInt64(status.st_ino) == number else { return }
        unlink(path)
    }

    /// Removes a socket's file that nobody listens behind any more. What is no socket is not ours to remove.
    private static func makeRoom(at path: String, _ kind: Kind) throws(SocketFileFault) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .taken(by: word(for: status.st_mode)) }
        let probe = open(kind)
        guard probe >= 0 else { throw .refused(code: errno) }
        defer { close(probe) }
        // A full queue is a living server's, and so is a socket of another type.
        if apus_unix_connect(probe, path) == 0 || errno == EAGAIN || errno == EPROTOTYPE { throw .answers }
        if errno == ECONNREFUSED { unlink(path) }
    }

    private static func word(for mode: mode_t) -> String {
        switch mode & S_IFMT {
        case S_IFDIR: "a folder"
        case S_IFREG: "a file"
        case S_IFLNK: "a symbolic link"
        default: "no socket"
        }
    }
}

/// Why there can be no socket at a path.
package enum SocketFileFault: Error, Equatable {
    /// The path has more than ``SocketFile/longestPath`` bytes.
    case tooLong
    /// Something that is no socket has the name, such as `a folder`.
    case taken(by: String)
    /// A living process listens there.
    case answers
    /// The file cannot be given its group, for this errno.
    case group(code: Int32)
    /// The system refuses the socket, with this errno.
    case refused(code: Int32)
}
