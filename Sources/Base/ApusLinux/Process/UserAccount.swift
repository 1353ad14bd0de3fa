import Glibc

/// The users and groups that this system knows (getpwnam(3), getgrnam(3)).
package enum UserAccount {
    /// The number of a user; `nil` when there is none of the name. The answer may come from a server, and wait for it.
    package static func uid(of name: String) -> UInt32? {
        // In bounds: the entry is static memory of the C library, which is read before any other call can change it. Names are looked
        // up when options and files are read, by one thread.
        getpwnam(name).map { $0.pointee.pw_uid }
    }

    /// The number of a group; `nil` when there is none of the name. The answer may come from a server, and wait for it.
    package static func gid(of group: String) -> UInt32? {
        // In bounds, for the same reason.
        getgrnam(group).map { $0.pointee.gr_gid }
    }
}
