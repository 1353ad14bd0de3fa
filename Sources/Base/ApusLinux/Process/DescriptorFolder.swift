import CLinux
import Glibc

/// The folder with the descriptors of a process, kept open: their number costs no walk along its path then.
package final class DescriptorFolder: Sendable {
    /// -1 where it is looked for in the folder of the process.
    private let descriptor: Int32
    private let process: ProcFolder?
    private let path: String

    /// Opens the folder without a right to look into it; the number of its entries is everybody's to know.
    ///
    /// - Returns: `nil` of captured files, whose folders have another size.
    /// - Throws: ``LinuxError``.
    package init?(of process: WatchedProcess) throws(LinuxError) {
        guard process.root.isMachine else { return nil }
        path = "\(process.folder)/fd"
        self.process = process.openFolder
        guard self.process == nil else {
            descriptor = -1
            return
        }
        let opened = open(path, Int32(APUS_O_PATH) | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else { throw .open(path: path, code: errno) }
        // A path leads to whoever has the pid, which may be another process by now. Not this object's yet, so that it is closed once.
        guard !process.hasEnded else {
            close(opened)
            throw .open(path: path, code: ESRCH)
        }
        descriptor = opened
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// The number of open descriptors, by the size of the folder; `nil` before Linux 6.2, where it has none.
    ///
    /// - Throws: ``LinuxError``.
    package func count() throws(LinuxError) -> UInt64? {
        if let process { return UInt64(exactly: try process.size(of: "fd")).flatMap { $0 > 0 ? $0 : nil } }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .open(path: path, code: errno) }
        return status.st_size > 0 ? UInt64(status.st_size) : nil
    }
}
