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
        // From the look at what is there to the socket that answers, nobody else who starts does the same.
        let turn = FolderTurn(of: path)
        defer { turn?.end() }
        do throws(SocketFileFault) {
            try makeRoom(at: path, kind)
            guard apus_unix_bind(descriptor, path) == 0 else { throw SocketFileFault.refused(code: errno) }
            let file = try SocketFile(path)
            do throws(SocketFileFault) {
                try admit(access, at: path)
                guard Glibc.listen(descriptor, Int32(clamping: backlog)) == 0 else {
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

    /// Gives a socket's file its group and mode, and nothing else that may have taken its place: in a folder of another user that user can
    /// put a link there at any moment.
    ///
    /// - Throws: ``SocketFileFault``.
    package static func admit(_ access: Access, at path: String) throws(SocketFileFault) {
        let file = Glibc.open(path, Int32(APUS_O_PATH) | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { throw .refused(code: errno) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw .refused(code: errno) }
        guard status.st_mode & S_IFMT == S_IFSOCK, status.st_uid == geteuid(), status.st_nlink == 1 else { throw .exchanged }
        // By this name the kernel reaches the file that is open, whatever has its path.
        let place = "/proc/self/fd/\(file)"
        if let group = access.group, chown(place, .max, group) != 0 { throw .group(code: errno) }
        guard chmod(place, access.mode) == 0 else { throw .refused(code: errno) }
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

/// The turn of one of several processes that make a socket in a folder at once: an advisory lock on the folder itself, so that no file is left.
///
/// Whoever may read a folder can hold it: it is waited for a short while, and then done without.
private struct FolderTurn {
    private let descriptor: Int32

    /// - Returns: `nil` where the folder may not be read, or somebody does not let go of it.
    init?(of path: String) {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        for _ in 0..<200 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
            usleep(10_000)
        }
        close(descriptor)
        return nil
    }

    func end() {
        // Closing alone is not enough: a child that is being started has a copy of the descriptor until it executes, flock(2).
        flock(descriptor, LOCK_UN)
        close(descriptor)
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
    /// Something else is at the path than the socket that was made there a moment ago.
    case exchanged
    /// The file cannot be given its group, for this errno.
    case group(code: Int32)
    /// The system refuses the socket, with this errno.
    case refused(code: Int32)
}
