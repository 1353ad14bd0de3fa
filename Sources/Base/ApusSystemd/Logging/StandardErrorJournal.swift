import Glibc

/// Whether the service manager connected this process's standard error to the journal.
package enum StandardErrorJournal {
    /// True when `JOURNAL_STREAM` (systemd.exec(5): device and inode in decimal, `8:1234`) names the file behind the descriptor. The
    /// variable alone says nothing: children inherit it whose output goes elsewhere.
    package static func isJournal(
        _ variable: String? = getenv("JOURNAL_STREAM").map { String(cString: $0) }, descriptor: Int32 = STDERR_FILENO
    ) -> Bool {
        guard let parts = variable?.split(separator: ":"), parts.count == 2, let device = UInt64(parts[0]),
            let inode = UInt64(parts[1])
        else { return false }
        var status = stat()
        return fstat(descriptor, &status) == 0 && UInt64(status.st_dev) == device && UInt64(status.st_ino) == inode
    }
}
