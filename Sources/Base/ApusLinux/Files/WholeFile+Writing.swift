import Glibc

extension WholeFile {
    /// Writes a file that an administrator goes on with: whole or not at all, also where others read it meanwhile.
    ///
    /// - Parameter replaces: whether a file that is there already is replaced; else it is left, and the error's code is `EEXIST`.
    /// - Throws: ``LinuxError``.
    package static func write(_ bytes: [UInt8], to path: String, replaces: Bool) throws(LinuxError) {
        let draft = "\(path).new-\(getpid())"
        // One of this name is left of a process that had the same number, and was killed.
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .open(path: path, code: errno) }
        defer {
            close(descriptor)
            unlink(draft)
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .open(path: path, code: errno) }
            rest = rest.dropFirst(count)
        }
        // Before it has its name: a file system may otherwise store that sooner than the bytes.
        guard fsync(descriptor) == 0 else { throw .open(path: path, code: errno) }
        // A link is made only where nothing is.
        guard (replaces ? rename(draft, path) : link(draft, path)) == 0 else { throw .open(path: path, code: errno) }
    }
}
