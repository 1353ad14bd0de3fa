import CLinux
import Glibc

/// What can be seen of the process at the other end of a Unix socket.
package enum ProcessSight: Sendable {
    case watched(WatchedProcess)
    /// It lives, and is hidden: ``LinuxError/unseen(_:)``.
    case unseen(LinuxError)

    /// Looks at the process that called connect(2). Where the kernel has pidfds of peers (Linux 6.5), a process that has got the pid
    /// of one that ended is never taken for it.
    ///
    /// - Parameters:
    ///   - pid: from SO_PEERCRED; 0 for one of a pid namespace that is not in sight.
    ///   - pidfd: of the peer; -1 where the kernel gives none. It stays the caller's to close.
    ///   - now: CLOCK_MONOTONIC in nanoseconds.
    /// - Throws: ``LinuxError``; ``LinuxError/isProcessGone`` when the process has ended.
    package init(pid: Int32, pidfd: Int32, root: KernelRoot = .live, at now: UInt64) throws(LinuxError) {
        guard pid > 0 else {
            self = .unseen(.unseen(Self.otherNamespace))
            return
        }
        do throws(LinuxError) {
            let process = try WatchedProcess(pid: pid, root: root)
            _ = try process.sample(at: now)
            // What was opened is of the peer, as the peer lives still.
            if pidfd >= 0, apus_pidfd_has_ended(pidfd) == 1 { throw .read(path: process.folder, code: ESRCH) }
            self = .watched(process)
        } catch {
            guard error.isForbidden || error.code == ENOENT, Self.lives(pid, pidfd) else { throw error }
            self = .unseen(.unseen(Self.hidden(root, error)))
        }
    }

    private static func lives(_ pid: Int32, _ pidfd: Int32) -> Bool {
        if pidfd >= 0 { return apus_pidfd_has_ended(pidfd) == 0 }
        return kill(pid, 0) == 0 || errno == EPERM
    }

    private static let otherNamespace =
        "the process is in a pid namespace that the agent does not see: run the agent in the service's or the host's one, as with "
        + "hostPID, shareProcessNamespace or --pid=host"

    private static func hidden(_ root: KernelRoot, _ error: LinuxError) -> String {
        hiding("the process", root)
            ?? "\(error): the agent's user may not see the process: run both as one user, or give the unit of the agent "
            + "ProtectProc=default"
    }

    /// Why this user sees nobody else's processes, and what helps; `nil` where it sees them, or the mount of proc(5) is not the reason.
    package static func hidingOthers(_ root: KernelRoot = .live) -> String? {
        // Process 1 is the first one of each namespace, and is of root nearly always.
        guard (try? ProcFile("\(root.proc)/1/stat").read { ProcessStat($0) }) == nil else { return nil }
        return hiding("processes of other users", root)
    }

    private static func hiding(_ what: String, _ root: KernelRoot) -> String? {
        guard let options = root.procOptions,
            options.contains(where: { $0.hasPrefix("hidepid=") && $0 != "hidepid=0" && $0 != "hidepid=off" })
        else { return nil }
        return
            "\(root.proc) is mounted with \(options.filter { $0.hasPrefix("hidepid=") || $0.hasPrefix("gid=") }.joined(separator: ",")), "
            + "which hides \(what) from the agent's user: give the agent the group of gid= (SupplementaryGroups=), mount \(root.proc) "
            + "with such a gid=, or give the unit of the agent ProtectProc=default"
    }
}
