import Glibc

/// A file of /proc that is kept open, or opened in a folder that is, and read again from its start with one pread(2).
///
/// A descriptor of /proc/PID/… belongs to that very process: after its end the read fails with ESRCH, even when the pid has been
/// given to another process.
package final class ProcFile: Sendable {
    /// -1 where it is opened at each read.
    private let descriptor: Int32
    /// The folder that it is opened in at each read.
    private let folder: ProcFolder?
    /// The path in two parts, the first with its last slash: of a process they are so short that Swift keeps them without memory of their
    /// own, and there are some files of each of thousands of processes.
    private let parts: (folder: String, name: String)

    package var path: String { parts.folder + parts.name }

    /// - Throws: ``LinuxError/open(path:code:)``.
    package convenience init(_ path: String) throws(LinuxError) { try self.init(path, below: "") }

    /// Opens a file below a folder, which ends with a slash.
    ///
    /// - Throws: ``LinuxError/open(path:code:)``.
    package init(_ name: String, below folder: String) throws(LinuxError) {
        descriptor = open(folder + name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .open(path: folder + name, code: errno) }
        parts = (folder, name)
        self.folder = nil
    }

    /// Opens a file of a folder.
    ///
    /// - Parameter keepsOpen: `false`: it is opened at each read, which takes two calls of the kernel more, and no descriptor.
    /// - Throws: ``LinuxError/open(path:code:)``, also where it is opened later.
    package init(_ name: String, in folder: ProcFolder, keepsOpen: Bool) throws(LinuxError) {
        let opened = try folder.open(name)
        if keepsOpen {
            (descriptor, self.folder) = (opened, nil)
        } else {
            close(opened)
            (descriptor, self.folder) = (-1, folder)
        }
        parts = ("\(folder.path)/", name)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Reads at most `capacity` bytes and hands them to `body` without an allocation.
    package func read<Result>(capacity: Int = 4096, _ body: (UnsafeBufferPointer<UInt8>) -> Result?) throws(LinuxError)
        -> Result
    {
        let descriptor = if let folder { try folder.open(parts.name) } else { self.descriptor }
        defer { if folder != nil { close(descriptor) } }
        let outcome: Swift.Result<Result, LinuxError> = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) {
            buffer in
            let count = pread(descriptor, buffer.baseAddress, capacity, 0)
            guard count >= 0 else { return .failure(.read(path: path, code: errno)) }
            // In bounds: the kernel wrote `count` bytes of the `capacity`.
            guard let result = body(UnsafeBufferPointer(rebasing: buffer[..<count])) else {
                return .failure(.format(path: path))
            }
            return .success(result)
        }
        return try outcome.get()
    }
}

/// Why the kernel's word on a process could not be had.
package enum LinuxError: Error, Equatable, CustomStringConvertible {
    case open(path: String, code: Int32)
    case read(path: String, code: Int32)
    /// The file does not look as its man page says.
    case format(path: String)
    /// A pipe, a socket or a device, where a file is to be read.
    case notRegular(path: String)
    /// The process lives, and the kernel shows nothing of it to this process: why, and what helps.
    case unseen(String)
    /// The kernel has the file, and leaves it out of this mount of /proc (`subset=pid`).
    case leftOut(path: String)
    /// The process holds up whoever reads it (``BoundedReads``).
    case heldUp(path: String)

    /// The number of errno(3); `nil` where it is the text that is wrong.
    package var code: Int32? {
        switch self {
        case .open(_, let code), .read(_, let code): code
        case .format, .notRegular, .unseen, .leftOut, .heldUp: nil
        }
    }

    /// Whether a process may have ended: its files are gone, or refuse to be read. A file that this kernel has not looks the same,
    /// so that ``WatchedProcess/hasEnded`` has the last word.
    package var isProcessGone: Bool {
        switch self {
        case .open(_, let code): code == ENOENT || code == ESRCH
        case .read(_, let code): code == ESRCH
        case .format, .notRegular, .unseen, .leftOut, .heldUp: false
        }
    }

    /// Whether the kernel has no such thing to say here and now: a file that is not there, a control group that was removed, pressure
    /// information that is switched off.
    package var isAbsence: Bool { code.map { [ENOENT, ENODEV, EOPNOTSUPP].contains($0) } ?? false }

    /// Whether it could not be asked for this once, as there was no descriptor, no memory or no thread for it, or nobody may wait for it.
    package var isShortage: Bool { isHeldUp || code.map { [EMFILE, ENFILE, ENOMEM, EINTR, EAGAIN].contains($0) } ?? false }

    /// Whether the process holds up whoever reads it.
    package var isHeldUp: Bool { if case .heldUp = self { true } else { false } }

    /// Whether the kernel does not say it to this user.
    package var isForbidden: Bool { code.map { [EACCES, EPERM].contains($0) } ?? false }

    /// The kernel's words for what is wrong, without the file's name.
    package var reason: String {
        switch self {
        case .open(_, let code), .read(_, let code): String(cString: strerror(code))
        case .format: "not of the form that this version knows"
        case .notRegular: "it is a pipe, a socket or a device: give the path of a file"
        case .unseen(let why): why
        case .heldUp:
            "the process, or another one of its user, holds up whoever reads it: see which file system does not answer it"
        case .leftOut:
            "/proc has nothing but processes here (subset=pid): set ProcSubset=all in the agent's unit, or mount /proc without subset="
        }
    }

    package var description: String {
        switch self {
        case .open(let path, _): "\(path): cannot be opened: \(reason)"
        case .read(let path, _): "\(path): cannot be read: \(reason)"
        case .format(let path): "\(path): \(reason)"
        case .notRegular(let path): "\(path): cannot be read: \(reason)"
        case .unseen(let why): why
        case .leftOut(let path): "\(path): is not there: \(reason)"
        case .heldUp(let path): "\(path): cannot be read: \(reason)"
        }
    }
}
