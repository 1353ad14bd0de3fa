import ApusLinux
import Glibc
import SystemPackage

/// An exclusive lock on a folder for the life of this value, or of the process: the kernel releases it with the process, however it
/// ends, so that no stale lock is ever left.
///
/// The lock is an advisory `flock` on a file in the folder, which holds the owner's pid for people to read.
package struct FolderLock: ~Copyable {
    private let descriptor: FileDescriptor

    /// Takes the lock, or throws when another process holds it.
    package init(path: String) throws(FolderLockError) {
        descriptor = try Self.lock(path)
    }

    deinit {
        // Closing alone is not enough: a child that is being started has a copy of the descriptor until it executes, and with it the
        // lock, flock(2).
        flock(descriptor.rawValue, LOCK_UN)
        try? descriptor.close()
    }

    private static func lock(_ path: String) throws(FolderLockError) -> FileDescriptor {
        let descriptor: FileDescriptor
        do throws(OwnFileError) {
            descriptor = FileDescriptor(rawValue: try OwnFile.open(path, O_RDWR, mode: 0o640))
        } catch {
            throw .unusable(path: path, reason: error.description)
        }
        guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            let code = Errno(rawValue: errno)
            let holder = pid(in: descriptor)
            try? descriptor.close()
            throw code == .wouldBlock ? .held(path: path, pid: holder) : .unusable(path: path, reason: "\(path): \(code)")
        }
        ftruncate(descriptor.rawValue, 0)
        _ = try? descriptor.writeAll(toAbsoluteOffset: 0, "\(getpid())\n".utf8)
        return descriptor
    }

    private static func pid(in descriptor: FileDescriptor) -> Int32? {
        let bytes = try? [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
            count = try descriptor.read(fromAbsoluteOffset: 0, into: UnsafeMutableRawBufferPointer(buffer))
        }
        return bytes.flatMap { Int32(String(decoding: $0.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)) }
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
