import Glibc

/// The descriptors that a process has open, and how many it may have.
package enum ProcessDescriptors {
    /// Counts the open descriptors of a process: the size of /proc/PID/fd since Linux 6.2, the entries of that folder before.
    ///
    /// The process is looked at first, through what is kept open of it: a pid that another process has by now has no descriptors here.
    ///
    /// - Throws: ``LinuxError``: another user's process may not be looked at without privilege.
    package static func count(of process: WatchedProcess) throws(LinuxError) -> UInt64 {
        let path = "\(try process.livingFolder())/fd"
        var status = stat()
        guard stat(path, &status) == 0 else { throw .open(path: path, code: errno) }
        if process.root.isMachine, status.st_size > 0 { return UInt64(status.st_size) }
        guard let directory = opendir(path) else { throw .open(path: path, code: errno) }
        defer { closedir(directory) }
        var count: UInt64 = 0
        while readdir(directory) != nil { count += 1 }
        // Without "." and "..".
        return count >= 2 ? count - 2 : 0
    }

    /// The soft limit in the line `Max open files   1024   1048576   files` of /proc/PID/limits; `nil` where there is none.
    package static func softLimit(_ bytes: some BidirectionalCollection<UInt8>) -> UInt64? {
        let key = Array("Max open files".utf8)
        for line in bytes.split(separator: UInt8(ascii: "\n")) where line.starts(with: key) {
            var fields = FieldScanner<ArraySlice<UInt8>>(Array(line.dropFirst(key.count))[...])
            return fields.nextNumber()
        }
        return nil
    }
}
