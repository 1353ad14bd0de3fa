import Glibc

/// The regular files that a path names, or a pattern of names (glob(7)) in its last part.
///
/// Nothing is opened but the folder: what lies in a file's place, such as a pipe or a device, is looked at and never touched.
package struct FileMatches: Sendable, Equatable {
    /// One file, by what the kernel says of it.
    package struct File: Sendable, Equatable {
        package let name: String
        /// When its content was last written, in seconds since the Unix epoch.
        package let modified: Double
        /// Its size in bytes.
        package let size: UInt64
    }

    package private(set) var count = 0
    /// The file that was written last; of several that were at once, the first by its name.
    package private(set) var newest: File?
    /// When the file that was written longest ago was, in seconds since the Unix epoch.
    package private(set) var oldest: Double?

    /// Looks for the files. A link counts as what it leads to.
    ///
    /// - Parameters:
    ///   - path: absolute; `*`, `?` and `[…]` stand for characters in its last part only.
    ///   - most: the most entries of the folder that are looked at.
    /// - Throws: ``FileMatchesFault``.
    package init(_ path: String, most: Int) throws(FileMatchesFault) {
        guard let slash = path.lastIndex(of: "/") else { throw .folder(path: path, code: ENOENT) }
        let pattern = String(path[path.index(after: slash)...])
        let folder = slash == path.startIndex ? "/" : String(path[..<slash])
        guard pattern.contains(where: { "*?[".contains($0) }) else {
            var facts = Glibc.stat()
            guard stat(path, &facts) == 0 else {
                guard errno == ENOENT else { throw .file(path: path, code: errno) }
                return
            }
            take(pattern, facts)
            return
        }
        try look(for: pattern, in: folder, most: most)
    }

    private mutating func look(for pattern: String, in folder: String, most: Int) throws(FileMatchesFault) {
        guard let stream = opendir(folder) else { throw .folder(path: folder, code: errno) }
        defer { closedir(stream) }
        var seen = 0
        while let entry = readdir(stream) {
            seen += 1
            // The folder itself and its parent are entries.
            guard seen <= most + 2 else { throw .entries(path: folder) }
            // In bounds: the kernel ends the name with a null within the array.
            withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                guard let name = bytes.assumingMemoryBound(to: CChar.self).baseAddress else { return }
                // A hidden file is none that a pattern means unless it says so.
                guard fnmatch(pattern, name, FNM_PERIOD) == 0 else { return }
                var facts = Glibc.stat()
                guard fstatat(dirfd(stream), name, &facts, 0) == 0 else { return }
                take(String(cString: name), facts)
            }
        }
    }

    private mutating func take(_ name: String, _ facts: Glibc.stat) {
        guard facts.st_mode & S_IFMT == S_IFREG else { return }
        count += 1
        let modified = Double(facts.st_mtim.tv_sec) + Double(facts.st_mtim.tv_nsec) / 1e9
        oldest = min(oldest ?? modified, modified)
        if let newest, (newest.modified, name) > (modified, newest.name) { return }
        newest = File(name: name, modified: modified, size: UInt64(max(0, facts.st_size)))
    }
}

/// Why nobody can say which files there are.
package enum FileMatchesFault: Error, Equatable {
    case folder(path: String, code: Int32)
    case file(path: String, code: Int32)
    /// The folder has more entries than are looked at.
    case entries(path: String)
}
