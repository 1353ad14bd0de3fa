import CLinux
import Glibc

/// A place of the tree of files that is held open, and neither read nor written (`O_PATH` of open(2)).
package final class OpenPlace: Sendable {
    package let descriptor: Int32

    /// Takes over a descriptor.
    private init(owning descriptor: Int32) { self.descriptor = descriptor }

    /// Opens the root.
    init() throws(PathFault) {
        descriptor = open("/", Int32(APUS_O_PATH) | O_CLOEXEC)
        guard descriptor >= 0 else { throw .failed(errno) }
    }

    /// Opens what has a name in a folder: a link itself, and not what it leads to.
    ///
    /// - Parameter asks: whether what an automounter has to mount there first is mounted.
    init(_ name: String, in folder: OpenPlace, asks: Bool) throws(PathFault) {
        descriptor = apus_open_part(folder.descriptor, name, asks ? 1 : 0)
        guard descriptor >= 0 else { throw .failed(errno) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Opens what a path leads to by what the kernel has at hand; `nil` where that does not say.
    ///
    /// - Throws: ``PathFault/failed(_:)`` where it says that the path leads nowhere.
    package static func cached(_ path: String) throws(PathFault) -> OpenPlace? {
        let descriptor = apus_open_cached(path)
        guard descriptor < 0 else { return OpenPlace(owning: descriptor) }
        // A kernel before 5.12 does not know the question, and a filter of system calls may refuse it.
        guard [EAGAIN, EINVAL, ENOSYS, EPERM, E2BIG].contains(errno) else { throw .failed(errno) }
        return nil
    }

    /// The path without links, as the kernel has it; `nil` where it has been taken away, or where that is not to be seen.
    package var path: String? {
        let text = Self.text { readlink("/proc/self/fd/\(descriptor)", $0, $1) }
        guard let text, text.utf8.first == UInt8(ascii: "/"), !text.hasSuffix(" (deleted)") else { return nil }
        return text
    }

    /// The text of the link that is open.
    func linkText() throws(PathFault) -> String {
        guard let text = Self.text({ apus_link_text(descriptor, $0, $1) }) else { throw .failed(errno == 0 ? ENOENT : errno) }
        return text
    }

    private static func text(_ read: (UnsafeMutablePointer<CChar>, Int) -> Int) -> String? {
        var text = [CChar](repeating: 0, count: Int(PATH_MAX))
        errno = 0
        // In bounds: the kernel writes at most the count that it is given.
        let count = read(&text, text.count)
        return count > 0 ? String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }
}

/// What the kernel knows of a place.
package struct PlaceStatus: Sendable {
    /// The number of the mount that it is seen by; 0 where that is not known.
    package let mount: UInt64
    let mode: UInt32
    package let owner: UInt32
    let group: UInt32

    /// - Parameter asks: whether its file system is asked, or what it said last is taken.
    package init(_ place: OpenPlace, asks: Bool) throws(PathFault) {
        var status = apus_file_status()
        guard apus_file_status(place.descriptor, asks ? 1 : 0, &status) == 0 else { throw .failed(errno) }
        (mount, mode, owner, group) = (status.mount, status.mode, status.owner, status.group)
    }

    var isFolder: Bool { mode & S_IFMT == S_IFDIR }
    var isLink: Bool { mode & S_IFMT == S_IFLNK }
}

/// Why nobody knows where a path leads.
package enum PathFault: Error, Equatable {
    /// Whoever serves the file system of this mount would have to be asked, and may not answer.
    case unasked(mount: UInt64)
    /// It leads nowhere, by the number of errno(3).
    case failed(Int32)
}
