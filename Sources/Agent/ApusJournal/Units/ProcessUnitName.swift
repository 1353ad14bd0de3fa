import CSystemd
import Glibc

/// The systemd unit that a process belongs to, by its cgroup.
package enum ProcessUnitName {
    /// The system unit of a process, such as `apus-worker@worker-1.service`; `nil` where it is in none, is gone, or systemd does not
    /// run. Of a process of a user's service manager, `user@UID.service`.
    ///
    /// Reads `/proc/PID/cgroup`: some tens of microseconds.
    package static func system(of pid: Int32) -> String? {
        var name: UnsafeMutablePointer<CChar>?
        guard sd_pid_get_unit(pid, &name) >= 0, let name else { return nil }
        // The caller frees, says the man page.
        defer { free(name) }
        return String(cString: name)
    }
}
