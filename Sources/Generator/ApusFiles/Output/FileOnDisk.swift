package import Foundation

/// A file as it should be on the disk: compares what is in its place, and writes it whole.
///
/// With the system's calls: Foundation makes some twenty of them for each file, most of them to look at the same folders again.
package struct FileOnDisk: Sendable {
    /// What the file holds.
    package enum Contents: Sendable {
        case text(String)
        case bytes(Data)
    }

    /// What is in the file's place.
    package enum State: Hashable, Sendable {
        /// The file itself.
        case same
        case missing
        /// A file with other contents.
        case edited
        /// A symbolic link, which is replaced as a file is.
        case link
        /// What is not replaced: a folder, a device, a socket.
        case obstacle(String)
    }

    /// The file's absolute path.
    package let path: String
    package let contents: Contents
    /// The file's permissions whatever the mask of the process; nil for those that a new file of it has.
    package let permissions: mode_t?

    package init(path: String, contents: Contents, permissions: mode_t? = nil) {
        self.path = path
        self.contents = contents
        self.permissions = permissions
    }

    package var state: State {
        get throws(OutputError) {
            // Neither through a link nor waiting for the other end of a pipe.
            let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            guard descriptor >= 0 else { return try state(after: errno) }
            defer { close(descriptor) }
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw unreadable(errno) }
            guard let state = Self.state(ofType: status.st_mode & S_IFMT) else {
                return status.st_size == contents.count ? (try holdsContents(descriptor) ? .same : .edited) : .edited
            }
            return state
        }
    }

    private func state(after code: Int32) throws(OutputError) -> State {
        // A file in the place of a folder hides what would be in it.
        if code == ENOENT || code == ENOTDIR { return .missing }
        if let type = Self.type(at: path), let state = Self.state(ofType: type) { return state }
        throw unreadable(code)
    }

    /// Nil for a file, whose contents tell.
    private static func state(ofType type: mode_t) -> State? {
        switch type {
        case S_IFREG: nil
        case S_IFLNK: .link
        case S_IFDIR: .obstacle("a folder")
        default: .obstacle("something that is no file")
        }
    }

    private func holdsContents(_ descriptor: Int32) throws(OutputError) -> Bool {
        let comparison: Result<Bool, OutputError> = contents.withBytes { bytes in
            var piece = [UInt8](repeating: 0, count: min(bytes.count + 1, Self.pieceSize))
            var done = 0
            while true {
                let more = piece.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
                if more < 0, errno == EINTR { continue }
                guard more >= 0 else { return .failure(unreadable(errno)) }
                // The end must come where it should.
                guard more > 0 else { return .success(done == bytes.count) }
                guard done + more <= bytes.count, let start = bytes.baseAddress, memcmp(start + done, piece, more) == 0 else {
                    return .success(false)
                }
                done += more
            }
        }
        return try comparison.get()
    }

    private static let pieceSize = 1 << 20

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

    /// Writes a whole new file and renames it over what is there; folders that are missing are made.
    ///
    /// - Parameter former: a second name that what is there gets before, in place of what has the name; nil for none.
    /// - Throws: ``OutputError`` when an obstacle is in the way, or the system refuses; what was there is then untouched.
    package func write(over state: State, keepingFormerAs former: String? = nil) throws(OutputError) {
        if case .obstacle(let what) = state { throw obstructed(by: what) }
        let temporary = "\(folder)/.\(name).\(getpid())"
        let descriptor = try create(temporary)
        do throws(OutputError) {
            try fill(descriptor)
            if let former { try keep(as: former) }
            guard rename(temporary, path) == 0 else { throw unwritable(errno) }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    private func keep(as former: String) throws(OutputError) {
        guard unlink(former) == 0 || errno == ENOENT, link(path, former) == 0 else {
            throw .unwritable(path: former, reason: String(cString: strerror(errno)))
        }
    }

    /// The error of a file in whose place something is that is not replaced.
    package func obstructed(by what: String) -> OutputError {
        .unwritable(path: path, reason: "\(what) is in the way; remove it")
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
            case ENOENT where attempt < 2: try makeFolder(String(folder))
            case EEXIST where attempt < 2: unlink(temporary)
            default: throw unwritable(errno)
            }
        }
        throw unwritable(EEXIST)
    }

    private func fill(_ descriptor: Int32) throws(OutputError) {
        let failure: Int32? = contents.withBytes { bytes in
            var done = 0
            while done < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
                let more = Foundation.write(descriptor, rest.baseAddress, rest.count)
                if more < 0, errno == EINTR { continue }
                guard more >= 0 else { return errno }
                done += more
            }
            guard let permissions, fchmod(descriptor, permissions) != 0 else { return nil }
            return errno
        }
        // What a full disk or a quota refuses late is said here.
        let closed = close(descriptor) == 0 ? nil : errno
        if let code = failure ?? closed { throw unwritable(code) }
    }

    private func makeFolder(_ folder: String) throws(OutputError) {
        if try makeOneFolder(folder) { return }
        guard let parent = folder.lastIndex(of: "/"), parent > folder.startIndex else { throw unwritable(ENOENT) }
        try makeFolder(String(folder[..<parent]))
        guard try makeOneFolder(folder) else { throw unwritable(ENOENT) }
    }

    /// Returns false when the folder above it is missing.
    private func makeOneFolder(_ folder: String) throws(OutputError) -> Bool {
        guard mkdir(folder, 0o777) == 0 else {
            if errno == EEXIST { return true }
            guard errno == ENOENT else { throw unwritable(errno) }
            return false
        }
        // Who may read a file whatever the mask must be able to reach it.
        if permissions != nil, chmod(folder, 0o755) != 0 { throw unwritable(errno) }
        return true
    }

    /// Returns what is at a path itself (`S_IFREG`, `S_IFLNK` and so on): links are not followed. Nil for nothing.
    static func type(at path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    private func unreadable(_ code: Int32) -> OutputError { .unreadable(path: path, reason: String(cString: strerror(code))) }
    private func unwritable(_ code: Int32) -> OutputError { .unwritable(path: path, reason: String(cString: strerror(code))) }
}

extension FileOnDisk.Contents {
    var count: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .bytes(let data): data.count
        }
    }

    /// Lends the bytes for the time of a call.
    func withBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        switch self {
        case .text(var text): text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
        case .bytes(let data): data.withUnsafeBytes(body)
        }
    }
}
