import Foundation
import Glibc

/// The user that a Debian package has made for its server, and that the server wants to run as.
package struct ServerAccount: Sendable {
    package let name: String

    package init(_ name: String) { self.name = name }

    /// What goes before a command so that it runs as this user: nothing unless the test is root's.
    var prefix: [String] {
        getuid() == 0 ? ["/usr/bin/setpriv", "--reuid=\(name)", "--regid=\(name)", "--clear-groups"] : []
    }

    /// Gives it a file or folder.
    func own(_ path: String) throws {
        guard getuid() == 0 else { return }
        guard let entry = getpwnam(name), chown(path, entry.pointee.pw_uid, entry.pointee.pw_gid) == 0 else {
            throw ServerFailure("\(path) cannot be given to the user \(name): is its package installed?")
        }
    }
}
