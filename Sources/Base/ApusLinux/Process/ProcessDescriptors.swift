import Glibc

/// The descriptors that a process has open, and how many it may have.
package enum ProcessDescriptors {
    /// Counts the open descriptors of a process: the size of /proc/PID/fd since Linux 6.2, the entries of that folder before.
    ///
    /// The process is looked at first, through what is kept open of it: a pid that another process has by now has no descriptors here.
    ///
    /// Entries are counted up to a limit, which the count is then: each costs about a microsecond.
    ///
    /// - Parameter limit: the entries that are counted at most where the size says nothing.
    /// - Throws: ``LinuxError``: another user's process may not be looked at without privilege.
    package static func count(of process: WatchedProcess, countingAtMost limit: Int = .max) throws(LinuxError) -> Count {
        try count(of: process, in: try process.livingFolder(), countingAtMost: limit)
    }

    /// Counts the open descriptors of a process that has been seen to live a moment ago.
    ///
    /// - Parameter folder: of the process, or of one of its threads that lives.
    /// - Throws: ``LinuxError``.
    package static func count(
        of process: WatchedProcess, in folder: String, countingAtMost limit: Int = .max
    ) throws(LinuxError) -> Count {
        let path = "\(folder)/fd"
        var status = stat()
        guard stat(path, &status) == 0 else { throw .open(path: path, code: errno) }
        if process.root.isMachine, status.st_size > 0 { return Count(number: UInt64(status.st_size), isCounted: false) }
        guard let directory = opendir(path) else { throw .open(path: path, code: errno) }
        defer { closedir(directory) }
        // Without "." and "..".
        var count = -2
        while count < limit, readdir(directory) != nil { count += 1 }
        return Count(number: UInt64(max(0, count)), isCounted: true)
    }

    /// How many descriptors a process has open.
    package struct Count: Sendable {
        package let number: UInt64
        /// Whether entries were counted, which takes its time.
        package let isCounted: Bool
    }

    /// The soft limit in the line `Max open files   1024   1048576   files` of /proc/PID/limits; `nil` where there is none.
    package static func softLimit(_ bytes: some BidirectionalCollection<UInt8>) -> UInt64? {
        bytes.withContiguousStorageIfAvailable(softLimit(in:)) ?? Array(bytes).withUnsafeBufferPointer(softLimit(in:))
    }

    private static let key = Array("Max open files".utf8)

    /// Reads bytes side by side, without a copy: it is done for each process at each scrape.
    private static func softLimit(in bytes: UnsafeBufferPointer<UInt8>) -> UInt64? {
        var start = 0
        while start + key.count < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            if end - start > key.count, (0..<key.count).allSatisfy({ bytes[start + $0] == key[$0] }) {
                var fields = FieldScanner<ArraySlice<UInt8>>(Array(bytes[start + key.count..<end])[...])
                return fields.nextNumber()
            }
            start = end + 1
        }
        return nil
    }
}
