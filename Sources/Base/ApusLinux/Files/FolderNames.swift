import Glibc

/// The names of what is in a folder.
package enum FolderNames {
    /// Reads all names but `.` and `..`, in no order.
    ///
    /// - Throws: ``LinuxError``, with `ENOENT` where there is no folder.
    package static func read(_ folder: String) throws(LinuxError) -> [String] {
        guard let stream = opendir(folder) else { throw .open(path: folder, code: errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            // In bounds: the kernel ends the name with a null within the array.
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}
