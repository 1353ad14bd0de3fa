import CLinux
import Glibc

/// The folder of a process in proc(5), kept open by one descriptor, from which its files are opened when they are read.
///
/// The folder belongs to that very process: after its end nothing is found there, even when the pid has been given to another process.
package final class ProcFolder: Sendable {
    private let descriptor: Int32
    package let path: String

    /// - Throws: ``LinuxError/open(path:code:)``.
    package init(_ path: String) throws(LinuxError) {
        descriptor = Glibc.open(path, Int32(APUS_O_PATH) | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .open(path: path, code: errno) }
        self.path = path
    }

    deinit { close(descriptor) }

    /// Opens a file of the folder to be read.
    ///
    /// - Returns: a descriptor that is the caller's to close.
    /// - Throws: ``LinuxError/open(path:code:)``.
    func open(_ name: String) throws(LinuxError) -> Int32 {
        let opened = openat(descriptor, name, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else { throw .open(path: "\(path)/\(name)", code: errno) }
        return opened
    }

    /// What the kernel calls the size of something in the folder.
    ///
    /// - Throws: ``LinuxError/open(path:code:)``.
    func size(of name: String) throws(LinuxError) -> Int {
        var status = stat()
        guard fstatat(descriptor, name, &status, 0) == 0 else { throw .open(path: "\(path)/\(name)", code: errno) }
        return Int(status.st_size)
    }
}
