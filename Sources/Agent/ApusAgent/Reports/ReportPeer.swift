import CLinux
import Glibc

/// The process at the other end of a report connection, by the kernel's word: who called connect(2).
package struct ReportPeer: Hashable, Sendable {
    /// 0 for a process of a pid namespace that the agent does not see.
    package let pid: Int32
    package let uid: UInt32

    /// Stands for a user that is not known; no user has this number.
    static let unknownUser = UInt32.max

    package init(pid: Int32, uid: UInt32) {
        self.pid = pid
        self.uid = uid
    }

    /// - Returns: nil when the kernel does not say.
    init?(of socket: Int32) {
        var (pid, uid): (pid_t, uid_t) = (0, 0)
        guard apus_peer_credentials(socket, &pid, &uid) == 0 else { return nil }
        self.init(pid: pid, uid: uid)
    }

    /// Whether it may take a name that another user held: root and the agent's own user can do worse.
    var isPrivileged: Bool { uid == 0 || uid == geteuid() }
}

extension ReportPeer: CustomStringConvertible {
    package var description: String { pid > 0 ? "process \(pid) of uid \(uid)" : "a process of uid \(uid)" }
}
