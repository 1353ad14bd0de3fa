import CLinux
import Synchronization

/// What the kernel writes of this process when it crashes, core(5).
package enum CoreDump {
    private static let hasNoMemory = Atomic(false)

    /// Leaves all memory of this process, and of children that it starts later, out of core dumps from now on.
    ///
    /// Whoever reads a secret calls this before: a copy of it, in whichever buffer, is then in no file that outlives the process. A dump keeps
    /// the registers of threads and the names of mapped files (`/proc/PID/coredump_filter`); a kernel that does not take that writes none at all.
    ///
    /// - Throws: ``LinuxError/open(path:code:)`` where the process lacks descriptors or memory for it now.
    package static func leaveOutMemory() throws(LinuxError) {
        guard !hasNoMemory.load(ordering: .relaxed) else { return }
        let code = apus_core_leave_out_memory()
        guard code == 0 else { throw .open(path: "/proc/self/coredump_filter", code: -code) }
        hasNoMemory.store(true, ordering: .relaxed)
    }
}
