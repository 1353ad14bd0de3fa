import CLinux
import Glibc

/// A file that is read at once, as one that an administrator writes is.
package enum WholeFile {
    /// Reads all bytes of a file. Nothing is waited for: a pipe, a socket or a device is refused, as each would look empty at times.
    ///
    /// It is looked at before it is opened: to open a terminal can make it this process's own, which whoever holds its other end may then
    /// stop, and to open a device can do anything.
    ///
    /// - Parameters:
    ///   - longest: the bytes that it may have.
    ///   - isStored: whether one of the kernel's own is refused as well, as reading some of these takes from others what they have.
    /// - Throws: ``LinuxError``, with `EFBIG` for a longer one; ``LinuxError/notRegular(path:)``.
    package static func read(_ path: String, longest: Int, isStored: Bool = false) throws(LinuxError) -> [UInt8] {
        try contents(path, longest: longest, isStored: isStored).bytes
    }

    /// What a file holds, and who can have it say that.
    package struct Contents: Sendable {
        package let bytes: [UInt8]
        package let owner: UInt32
        /// Whether everybody may write it.
        package let isOpenToAll: Bool
        /// Whether a group may write it that is neither root's nor this process's own.
        package let isOpenToGroup: Bool
    }

    /// Reads as ``read(_:longest:isStored:)`` does, and says of the file that was read whose it is.
    package static func contents(_ path: String, longest: Int, isStored: Bool = false) throws(LinuxError) -> Contents {
        let place = open(path, Int32(APUS_O_PATH) | O_CLOEXEC)
        guard place >= 0 else { throw .open(path: path, code: errno) }
        defer { close(place) }
        return try contents(ofPlace: place, path, longest: longest, isStored: isStored)
    }

    /// Reads what a path was found to lead to.
    package static func contents(
        of place: OpenPlace, _ path: String, longest: Int, isStored: Bool = false
    ) throws(LinuxError) -> Contents {
        try contents(ofPlace: place.descriptor, path, longest: longest, isStored: isStored)
    }

    private static func contents(
        ofPlace place: Int32, _ path: String, longest: Int, isStored: Bool
    ) throws(LinuxError) -> Contents {
        var status = stat()
        guard fstat(place, &status) == 0 else { throw .read(path: path, code: errno) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw .read(path: path, code: EISDIR) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular(path: path) }
        if isStored {
            let isOfKernel = apus_is_of_kernel(place)
            guard isOfKernel >= 0 else { throw .read(path: path, code: errno) }
            guard isOfKernel == 0 else { throw .notRegular(path: path) }
        }
        let descriptor = open("/proc/self/fd/\(place)", O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw .open(path: path, code: errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .read(path: path, code: errno) }
            if count == 0 {
                return Contents(
                    bytes: bytes, owner: status.st_uid, isOpenToAll: status.st_mode & S_IWOTH != 0,
                    isOpenToGroup: status.st_mode & S_IWGRP != 0 && ![0, getegid()].contains(status.st_gid))
            }
            bytes.append(contentsOf: piece[..<count])
            guard bytes.count <= longest else { throw .read(path: path, code: EFBIG) }
        }
    }
}
