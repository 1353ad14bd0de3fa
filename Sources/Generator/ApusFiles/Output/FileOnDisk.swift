import Foundation

/// A generated file, and what is in its place on the disk.
///
/// With the system's calls: Foundation makes some twenty of them for each file, most of them to look at the same folders again.
struct FileOnDisk {
    let file: GeneratedFile
    /// Absolute.
    let path: String

    /// How the disk differs; nil when the file is there as it should be.
    var difference: OutputFolder.Difference? {
        get throws(OutputError) {
            // Neither through a link nor waiting for the other end of a pipe.
            let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            guard descriptor >= 0 else { return try difference(of: errno) }
            defer { close(descriptor) }
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw unreadable(errno) }
            guard status.st_mode & S_IFMT == S_IFREG else { return .notAFile(file.path) }
            guard status.st_size == file.contents.utf8.count else { return .edited(file.path) }
            return try holdsContents(descriptor) ? nil : .edited(file.path)
        }
    }

    private func difference(of code: Int32) throws(OutputError) -> OutputFolder.Difference {
        // A file in the place of a folder hides what would be in it.
        if code == ENOENT || code == ENOTDIR { return .missing(file.path) }
        if let type = Self.type(at: path), type != S_IFREG { return .notAFile(file.path) }
        throw unreadable(code)
    }

    private func holdsContents(_ descriptor: Int32) throws(OutputError) -> Bool {
        let count = file.contents.utf8.count
        // One more than there should be: the end must come where it should.
        var bytes = [UInt8](repeating: 0, count: count + 1)
        var done = 0
        while done <= count {
            let more = bytes.withUnsafeMutableBytes { bytes in
                let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
                return read(descriptor, rest.baseAddress, rest.count)
            }
            if more < 0, errno == EINTR { continue }
            guard more >= 0 else { throw unreadable(errno) }
            if more == 0 { break }
            done += more
        }
        guard done == count else { return false }
        var contents = file.contents
        return contents.withUTF8 { utf8 in utf8.baseAddress.map { memcmp($0, bytes, count) == 0 } ?? true }
    }

    /// Makes the file's folder and writes the file, if there is none: nothing is in its place, and nobody reads there yet. A large fleet
    /// has a folder for each process.
    ///
    /// - Returns: whether it did; otherwise nothing was done.
    func writeIntoNewFolder() throws(OutputError) -> Bool {
        guard mkdir(String(folder), 0o777) == 0 else { return false }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { return false }
        do throws(OutputError) {
            try fill(descriptor)
        } catch {
            unlink(path)
            throw error
        }
        return true
    }

    /// Writes a whole new file and renames it over what is there.
    func write(over difference: OutputFolder.Difference) throws(OutputError) {
        if case .notAFile = difference {
            guard Self.type(at: path) == S_IFLNK else {
                throw .unwritable(path: path, reason: "something that is no file is in the way; remove it")
            }
        }
        let temporary = "\(folder)/.\(name).\(getpid())"
        let descriptor = try create(temporary)
        do throws(OutputError) {
            try fill(descriptor)
            guard rename(temporary, path) == 0 else { throw unwritable(errno) }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    private var slash: String.Index { path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex }
    private var folder: Substring { path[..<slash] }
    private var name: Substring { path[path.utf8.index(after: slash)...] }

    private func create(_ temporary: String) throws(OutputError) -> Int32 {
        // What a process of this number left when it was killed is in the way once.
        for attempt in 0..<3 {
            let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor >= 0 { return descriptor }
            switch errno {
            case ENOENT where attempt < 2: try Self.makeFolder(String(folder), for: path)
            case EEXIST where attempt < 2: unlink(temporary)
            default: throw unwritable(errno)
            }
        }
        throw unwritable(EEXIST)
    }

    private func fill(_ descriptor: Int32) throws(OutputError) {
        var contents = file.contents
        let failure: Int32? = contents.withUTF8 { bytes in
            var done = 0
            while done < bytes.count {
                let rest = UnsafeBufferPointer(rebasing: bytes[done...])
                let more = Foundation.write(descriptor, rest.baseAddress, rest.count)
                if more < 0, errno == EINTR { continue }
                guard more >= 0 else { return errno }
                done += more
            }
            return nil
        }
        // What a full disk or a quota refuses late is said here.
        let closed = close(descriptor) == 0 ? nil : errno
        if let code = failure ?? closed { throw unwritable(code) }
    }

    private static func makeFolder(_ folder: String, for path: String) throws(OutputError) {
        guard mkdir(folder, 0o777) != 0, errno != EEXIST else { return }
        guard errno == ENOENT, let parent = folder.lastIndex(of: "/"), parent > folder.startIndex else {
            throw .unwritable(path: path, reason: String(cString: strerror(errno)))
        }
        try makeFolder(String(folder[..<parent]), for: path)
        guard mkdir(folder, 0o777) == 0 || errno == EEXIST else {
            throw .unwritable(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// What is at a path itself (`S_IFREG`, `S_IFLNK` and so on): links are not followed. Nil for nothing.
    static func type(at path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    private func unreadable(_ code: Int32) -> OutputError { .unreadable(path: path, reason: String(cString: strerror(code))) }
    private func unwritable(_ code: Int32) -> OutputError { .unwritable(path: path, reason: String(cString: strerror(code))) }
}
