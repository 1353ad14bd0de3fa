import Glibc

/// A file that is read at once, as one that an administrator writes is.
package enum WholeFile {
    /// Reads all bytes of a file. Nothing is waited for: a pipe that nobody writes into is empty.
    ///
    /// - Parameter longest: the bytes that it may have.
    /// - Throws: ``LinuxError``, with `EFBIG` for a longer one.
    package static func read(_ path: String, longest: Int) throws(LinuxError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .open(path: path, code: errno) }
        defer { close(descriptor) }
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
