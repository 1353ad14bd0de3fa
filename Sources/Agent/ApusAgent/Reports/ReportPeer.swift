import CLinux
import Glibc

/// The process at the other end of a report connection, by the kernel's word: who called connect(2).
///
/// Two are the same whatever groups they had then.
package struct ReportPeer: Hashable, Sendable {
    /// 0 for a process of a pid namespace that the agent does not see.
    package let pid: Int32
    package let uid: UInt32
    /// The groups that the kernel names: all of a process that reports in a segment, the first over HTTP on a Unix socket, else none.
    package let groups: [UInt32]

    /// Stands for a user that is not known; no user has this number.
    static let unknownUser = UInt32.max

    package init(pid: Int32, uid: UInt32, groups: [UInt32] = []) {
        self.pid = pid
        self.uid = uid
        self.groups = groups
    }

    package static func == (one: Self, other: Self) -> Bool { one.pid == other.pid && one.uid == other.uid }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(pid)
        hasher.combine(uid)
    }

    /// - Returns: nil when the kernel does not say.
    init?(of socket: Int32) {
        var (pid, uid, gid): (pid_t, uid_t, gid_t) = (0, 0, 0)
        guard apus_peer_credentials(socket, &pid, &uid, &gid) == 0 else { return nil }
        var others = [gid_t](repeating: 0, count: Self.mostGroups)
        let count = apus_peer_groups(socket, &others, Int32(others.count))
        self.init(pid: pid, uid: uid, groups: [gid] + others.prefix(Int(max(0, count))))
    }

    /// Groups that are read of a process; of one with more the first counts alone.
    private static let mostGroups = 256

    /// Whether it may take a name that another user held: root and the agent's own user can do worse.
    var isPrivileged: Bool { uid == 0 || uid == geteuid() }
}

extension ReportPeer: CustomStringConvertible {
    package var description: String { pid > 0 ? "process \(pid) of uid \(uid)" : "a process of uid \(uid)" }
}
