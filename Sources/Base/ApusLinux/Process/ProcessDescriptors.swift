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

    /// Finds the sockets among the open descriptors of a process, by their inodes: a microsecond and a half for each descriptor.
    ///
    /// - Parameter limit: the descriptors that it may have.
    /// - Returns: one for each socket, also where several descriptors are of it; `nil` past the limit.
    /// - Throws: ``LinuxError``: another user's process may not be looked at without privilege.
    package static func sockets(of process: WatchedProcess, atMost limit: Int) throws(LinuxError) -> [UInt64]? {
        let path = "\(try process.livingFolder())/fd"
        guard let directory = opendir(path) else { throw .open(path: path, code: errno) }
        defer { closedir(directory) }
        var inodes: Set<UInt64> = []
        var seen = 0
        while let entry = readdir(directory) {
            seen += 1
            // With "." and "..".
            guard seen <= limit + 2 else { return nil }
            if let inode = socket(dirfd(directory), &entry.pointee) { inodes.insert(inode) }
        }
        // A path leads to whoever has the pid, which may be another process by now.
        guard !process.hasEnded else { throw .read(path: path, code: ESRCH) }
        return inodes.sorted()
    }

    private static let socketMark = Array("socket:[".utf8)

    /// The number in a link to `socket:[NUMBER]`; `nil` of other descriptors.
    private static func socket(_ folder: Int32, _ entry: inout dirent) -> UInt64? {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { target in
            let count = withUnsafeBytes(of: &entry.d_name) { name -> Int in
                // In bounds: the kernel ends the name with a null within the array, and writes at most the count that it is given.
                guard let name = name.baseAddress?.assumingMemoryBound(to: CChar.self), let start = target.baseAddress else {
                    return 0
                }
                return readlinkat(
                    folder, name, UnsafeMutableRawPointer(start).assumingMemoryBound(to: CChar.self), target.count)
            }
            let mark = socketMark
            guard count > mark.count, target[..<count].starts(with: mark) else { return nil }
            var fields = FieldScanner<Slice<UnsafeMutableBufferPointer<UInt8>>>(target[mark.count..<count])
            return fields.nextNumber()
        }
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
