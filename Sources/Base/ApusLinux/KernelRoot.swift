import Glibc

/// Where the kernel's files are, and the units that their numbers are counted in: this machine's, or those of a captured tree.
///
/// ```swift
/// let process = try WatchedProcess(pid: 4711, root: KernelRoot("Fixtures/host", ticksPerSecond: 100, pageSize: 4096))
/// ```
package struct KernelRoot: Sendable {
    /// The folder that is mounted as proc(5).
    package let proc: String
    /// The mount of the unified hierarchy of control groups (cgroups(7)).
    package let controlGroups: String
    /// Clock ticks a second in /proc (`USER_HZ`).
    package let ticksPerSecond: Double
    /// Bytes of a page.
    package let pageSize: UInt64
    /// The moment of the boot in seconds since the Unix epoch, from the line `btime` of /proc/stat; 0 where it cannot be read.
    package let bootTime: Double

    /// Whether ``proc`` is the kernel's own for certain, where the size of a folder of descriptors is their number.
    let isMachine: Bool

    /// This machine's kernel.
    package static let live = KernelRoot()

    /// - Parameters:
    ///   - path: the folder that holds `proc` and `sys`; empty for the machine's root.
    ///   - ticksPerSecond: what the tree was captured with; `nil` is this machine's, from sysconf(3), as is the next.
    ///   - pageSize: likewise, in bytes.
    package init(_ path: String = "", ticksPerSecond: Double? = nil, pageSize: UInt64? = nil) {
        proc = "\(path)/proc"
        let mount = "\(path)/sys/fs/cgroup"
        // Beside hierarchies of version 1, systemd mounts the unified one below them.
        controlGroups = access("\(mount)/cgroup.controllers", F_OK) == 0 ? mount : "\(mount)/unified"
        self.ticksPerSecond = ticksPerSecond ?? Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
        self.pageSize = pageSize ?? UInt64(max(1, sysconf(Int32(_SC_PAGESIZE))))
        bootTime = Self.bootTime("\(proc)/stat")
        isMachine = path.isEmpty
    }

    private static func bootTime(_ path: String) -> Double {
        guard let file = try? ProcFile(path) else { return 0 }
        // The line stands after one line a processor and the interrupts, which can be long.
        let key = Array("btime ".utf8)
        let seconds = try? file.read(capacity: 1 << 20) { bytes -> UInt64? in
            for line in bytes.split(separator: UInt8(ascii: "\n")) where line.starts(with: key) {
                var fields = FieldScanner<ArraySlice<UInt8>>(Array(line.dropFirst(key.count))[...])
                return fields.nextNumber()
            }
            return nil
        }
        return Double(seconds ?? 0)
    }
}
