import Glibc

/// An exclusive lock on a folder for the life of this value, or of the process: the kernel releases it with the process, however it
/// ends, so that no stale lock is ever left.
///
/// The lock is an advisory `flock` on a file in the folder, which holds the owner's pid for people to read. No program that the process
/// executes has it.
package struct FolderLock: ~Copyable, Sendable {
    private let descriptor: Int32

    /// Takes the lock, or throws when another process holds it.
    ///
    /// - Parameter path: of the file; it is made where it is missing, and stays.
    package init(path: String) throws(FolderLockError) {
        descriptor = try Self.lock(path)
    }

    deinit {
        // Closing alone is not enough: a child that is being started has a copy of the descriptor until it executes, and with it the
        // lock, flock(2).
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static func lock(_ path: String) throws(FolderLockError) -> Int32 {
        let descriptor: Int32
        do throws(OwnFileError) { descriptor = try OwnFile.open(path, O_RDWR, mode: 0o640) } catch {
            throw .unusable(path: path, reason: error.description)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            defer { close(descriptor) }
            throw code == EWOULDBLOCK
                ? .held(path: path, pid: pid(in: descriptor))
                : .unusable(path: path, reason: "\(path): \(String(cString: strerror(code)))")
        }
        _ = ftruncate(descriptor, 0)
        let line = Array("\(getpid())\n".utf8)
        _ = pwrite(descriptor, line, line.count, 0)
        return descriptor
    }

    private static func pid(in descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = max(0, pread(descriptor, &bytes, bytes.count, 0))
        return Int32(String(decoding: bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}

/// Why a folder could not be locked.
package enum FolderLockError: Error, Hashable, CustomStringConvertible {
    /// Another process holds the lock; its pid is given where it wrote one.
    case held(path: String, pid: Int32?)
    case unusable(path: String, reason: String)

    package var description: String {
        switch self {
        case .held(let path, .some(let pid)): "\(path) is held by process \(pid); stop it, or choose another folder"
        case .held(let path, nil): "\(path) is held by another process; stop it, or choose another folder"
        case .unusable(_, let reason): "the folder cannot be locked: \(reason)"
        }
    }
}
