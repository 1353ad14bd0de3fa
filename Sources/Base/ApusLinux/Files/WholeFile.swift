import Glibc

/// A file that is read at once, as one that an administrator writes is.
package enum WholeFile {
    /// Reads all bytes of a file. Nothing is waited for: a pipe, a socket or a device is refused, as each would look empty at times.
    ///
    /// - Parameter longest: the bytes that it may have.
    /// - Throws: ``LinuxError``, with `EFBIG` for a longer one; ``LinuxError/notRegular(path:)``.
    package static func read(_ path: String, longest: Int) throws(LinuxError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .open(path: path, code: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .read(path: path, code: errno) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw .read(path: path, code: EISDIR) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular(path: path) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .read(path: path, code: errno) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: piece[..<count])
            guard bytes.count <= longest else { throw .read(path: path, code: EFBIG) }
        }
    }
}
