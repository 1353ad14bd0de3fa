import Glibc

/// Tells when something has changed in folders (inotify(7)). Belongs to one thread.
///
/// ```swift
/// let watch = try FolderWatch()
/// try watch.watch(["/var/log/journal"])
/// // poll watch.descriptor until it is readable
/// if watch.take() { lookWhichFilesThereAre() }
/// ```
package final class FolderWatch {
    /// Readable when something has changed.
    package let descriptor: Int32
    /// The folders by the numbers of their watches.
    private var folders: [Int32: String] = [:]

    /// - Throws: ``LinuxError/open(path:code:)``, with `EMFILE` when the user has no instance left, or the process no descriptor.
    package init() throws(LinuxError) {
        descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        guard descriptor >= 0 else { throw .open(path: "inotify", code: errno) }
    }

    deinit { close(descriptor) }

    private static let names = UInt32(
        IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB | IN_CLOSE_WRITE)

    /// Watches these folders and no others; those that are not there are passed over.
    ///
    /// - Returns: whether one was not watched before, so that what has changed in it until now was told by nobody.
    /// - Throws: ``LinuxError/open(path:code:)``, with `ENOSPC` when the user has no watch left.
    package func watch(_ paths: [String]) throws(LinuxError) -> Bool {
        var isNew = false
        let known = Set(folders.values)
        for (number, path) in folders where !paths.contains(path) {
            inotify_rm_watch(descriptor, number)
            folders[number] = nil
        }
        for path in paths where !known.contains(path) {
            let number = inotify_add_watch(descriptor, path, Self.names | UInt32(IN_MODIFY))
            if number < 0, errno == ENOENT || errno == ENOTDIR || errno == EACCES { continue }
            guard number >= 0 else { throw .open(path: path, code: errno) }
            folders[number] = path
            isNew = true
        }
        return isNew
    }

    /// Takes what has been told.
    ///
    /// - Returns: whether names have come or gone, or a file is written to its end, or may be, as some was not told.
    package func take() -> Bool {
        var hasNames = false
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        // Bounded: whoever writes without pause does not keep the reader here.
        for _ in 0..<64 {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            var place = 0
            // `struct inotify_event`: number, mask, cookie and the length of a name, of 32 bits each, and the name.
            while place + 16 <= count {
                func word(_ offset: Int) -> UInt32 {
                    (0..<4).reduce(0) { $0 | UInt32(buffer[place + offset + $1]) << (8 * UInt32($1)) }
                }
                let mask = word(4)
                if mask & UInt32(IN_IGNORED) != 0 { folders[Int32(bitPattern: word(0))] = nil }
                if mask & (Self.names | UInt32(IN_IGNORED | IN_Q_OVERFLOW)) != 0 { hasNames = true }
                place += 16 + Int(word(12))
            }
        }
        return hasNames
    }
}
