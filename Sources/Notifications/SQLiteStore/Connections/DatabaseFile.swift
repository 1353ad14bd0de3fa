import Glibc
import NotificationStore

/// The file behind a path, by which a database that was deleted or replaced under a running process is told from the one that is open.
struct DatabaseFile: Hashable, Sendable {
    private let device: UInt
    private let inode: UInt

    /// The file that is at a path now; nil when there is none.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
    }

    /// The number of bytes of the file at a path; 0 when there is none.
    static func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// The bytes that an unprivileged process can still write on the disk of a path; nil when the kernel does not say.
    static func freeSpace(at path: String) -> Int? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return Int(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
    }
}
