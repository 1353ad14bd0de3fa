package import Glibc

/// Opens files that this process writes for itself, where others might have put something in their place.
///
/// Whoever can make a name in a folder can make it a symbolic link, and what opens it then writes where the link points, with its own
/// rights. So a link is never followed, and what is opened is a regular file of this process's own user with no other name.
package enum OwnFile {
    /// Opens a file, and makes it where it is missing; what is in it stays.
    ///
    /// - Parameters:
    ///   - access: `O_WRONLY` or `O_RDWR`, and what goes with it, such as `O_APPEND`.
    ///   - mode: of a new file.
    /// - Returns: a descriptor that the caller closes, and that no program inherits.
    /// - Throws: ``OwnFileError``.
    package static func open(_ path: String, _ access: Int32, mode: mode_t = 0o600) throws(OwnFileError) -> Int32 {
        // Without waiting: a pipe may lie there.
        let descriptor = Glibc.open(path, access | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            throw errno == ELOOP ? .link(path: path) : .open(path: path, reason: String(cString: strerror(errno)))
        }
        do throws(OwnFileError) {
            try check(descriptor, path)
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    private static func check(_ descriptor: Int32, _ path: String) throws(OwnFileError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .open(path: path, reason: String(cString: strerror(errno)))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular(path: path) }
        guard status.st_uid == geteuid() else { throw .foreign(path: path, user: status.st_uid) }
        guard status.st_nlink == 1 else { throw .otherNames(path: path) }
    }
}

/// Why a file is not written.
package enum OwnFileError: Error, Hashable, CustomStringConvertible {
    case open(path: String, reason: String)
    case link(path: String)
    case notRegular(path: String)
    case foreign(path: String, user: UInt32)
    /// It has another name, so that more than this file would be written.
    case otherNames(path: String)

    package var description: String {
        switch self {
        case .open(let path, let reason): "\(path) cannot be opened: \(reason)"
        case .link(let path): "\(path) is a symbolic link, and is not followed: see who has made it, and remove it"
        case .notRegular(let path): "\(path) is no regular file: see who has made it, and remove it"
        case .foreign(let path, let user):
            "\(path) belongs to the user with the id \(user), not to this process's: see who has made it, and remove it"
        case .otherNames(let path): "\(path) is a hard link to a file with other names: see who has made it, and remove it"
        }
    }
}

/// Whether others could put files into a folder, or files of theirs in the place of some there.
package enum OwnFolder {
    /// Refuses a folder that others may write to.
    ///
    /// Its owner must be this process's user or root. All users must not be able to write to it, also under the sticky bit, which lets
    /// them make files there first. A group may, if it is one of this process's own.
    ///
    /// - Throws: ``OwnFolderError``.
    package static func check(_ path: String) throws(OwnFolderError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .unusable(path: path, reason: String(cString: strerror(errno))) }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .unusable(path: path, reason: "it is not a folder") }
        guard status.st_uid == geteuid() || status.st_uid == 0 else { throw .foreign(path: path, user: status.st_uid) }
        guard status.st_mode & S_IWOTH == 0 else { throw .writableByAll(path: path) }
        guard status.st_mode & S_IWGRP == 0 || isOwn(group: status.st_gid) else {
            throw .writableByGroup(path: path, group: status.st_gid)
        }
    }

    private static func isOwn(group: gid_t) -> Bool {
        if group == getegid() { return true }
        var groups = [gid_t](repeating: 0, count: Int(max(0, getgroups(0, nil))))
        let count = getgroups(Int32(groups.count), &groups)
        return groups.prefix(Int(max(0, count))).contains(group)
    }
}

/// Why a folder is no place for files of one's own.
package enum OwnFolderError: Error, Hashable, CustomStringConvertible {
    case unusable(path: String, reason: String)
    case foreign(path: String, user: UInt32)
    case writableByAll(path: String)
    case writableByGroup(path: String, group: UInt32)

    package var description: String {
        switch self {
        case .unusable(let path, let reason): "\(path) cannot be used: \(reason)"
        case .foreign(let path, let user):
            "\(path) belongs to the user with the id \(user), who may replace what is in it: chown it to this user, or choose another"
        case .writableByAll(let path):
            "\(path) may be written to by all users, who could plant files in it: chmod o-w \(path), or choose another"
        case .writableByGroup(let path, let group):
            "\(path) may be written to by the group with the id \(group), which is none of this process's: chmod g-w \(path), or choose "
                + "another"
        }
    }
}
