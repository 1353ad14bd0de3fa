import Glibc
import Synchronization

/// Where the kernel's files are, and the units that their numbers are counted in: this machine's, or those of a captured tree.
///
/// ```swift
/// let process = try WatchedProcess(pid: 4711, root: KernelRoot("Fixtures/host", ticksPerSecond: 100, pageSize: 4096))
/// ```
///
/// A class, as each of thousands of processes refers to it.
package final class KernelRoot: Sendable, ProcessOwners {
    /// The folder that is mounted as proc(5).
    package let proc: String
    /// The mount of the unified hierarchy of control groups (cgroups(7)).
    package let controlGroups: String
    /// The folder in which the hierarchies of version 1 are mounted, each under the name of its controller, and systemd's own beside them.
    let hierarchies: String
    /// Whether the unified hierarchy is mounted in that folder itself, where there is none of version 1 then.
    let isUnified: Bool
    /// The hierarchies of version 1 whose groups are looked at, by their names in that folder, systemd's own first.
    static let versionOne = ["systemd", "memory", "cpuacct", "cpu", "pids", "blkio"]
    /// The folder with a link for each block device by its number (sysfs(5)).
    let blockDevices: String
    /// Clock ticks a second in /proc (`USER_HZ`).
    package let ticksPerSecond: Double
    /// Bytes of a page.
    package let pageSize: UInt64
    /// What of the unified hierarchy is mounted there, as /proc/self/mountinfo has it: `/`, all that this process sees, or a group.
    let mountedGroup: String

    /// The moment of the boot, and the second of CLOCK_MONOTONIC in which it was read.
    private let boot = Mutex<(second: Int, moment: Double?)?>(nil)

    /// The groups that processes were seen in.
    let seenGroups = Mutex(SeenControlGroupsMemo())
    /// The groups of process 1, and the second of CLOCK_MONOTONIC in which they were read.
    let seenFirstGroups = Mutex<(second: Int, groups: ControlGroups?)?>(nil)

    /// What reads files that a process can keep from being read.
    package let reads = BoundedReads()

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
        hierarchies = mount
        blockDevices = "\(path)/sys/dev/block"
        // Beside hierarchies of version 1, systemd mounts the unified one below them.
        isUnified = access("\(mount)/cgroup.controllers", F_OK) == 0
        controlGroups = isUnified ? mount : "\(mount)/unified"
        mountedGroup = Self.mountedGroup(at: controlGroups.dropFirst(path.utf8.count), "\(path)/proc/self/mountinfo")
        self.ticksPerSecond = ticksPerSecond ?? Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
        self.pageSize = pageSize ?? UInt64(max(1, sysconf(Int32(_SC_PAGESIZE))))
        isMachine = path.isEmpty
    }

    /// The moment of the boot in seconds since the Unix epoch, from the line `btime` of /proc/stat; `nil` where it was never to be read, as
    /// in a /proc of processes alone.
    ///
    /// The kernel counts it back from the clock, so that it moves with it. Here it stays what it was while the clock is slewed or stepped by a
    /// little, and follows once where the clock is set to another time, past ``clockStep``.
    package func bootTime() -> Double? {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return boot.withLock { boot in
            // A thousand processes that come at once ask the kernel once.
            if let boot, boot.second == now.tv_sec { return boot.moment }
            let moment = Self.settled(readBootTime(), known: boot?.moment)
            boot = (now.tv_sec, moment)
            return moment
        }
    }

    /// Seconds by which the clock has to have been set for the moment of the boot to be another one.
    ///
    /// Whole seconds are read, and time synchronization steps a clock by one or two of them, as hypervisors do again and again: whoever sees a
    /// start move by these takes it for a restart. A machine that boots without a clock of its own is set by years.
    package static let clockStep = 5.0

    /// - Parameters:
    ///   - moment: what the kernel says now; `nil` where it says nothing.
    ///   - known: what it was taken for until now.
    package static func settled(_ moment: Double?, known: Double?) -> Double? {
        guard let moment, let known else { return moment ?? known }
        return abs(moment - known) > clockStep ? moment : known
    }

    private func readBootTime() -> Double? {
        guard let file = try? ProcFile("\(proc)/stat") else { return nil }
        let seconds = try? file.read(capacity: HostStat.capacity) { HostStat($0)?.bootTime }
        return seconds.map { Double($0) }
    }

    /// The user that a process acts as; `nil` where there is no such process, or it is hidden.
    package func owner(of pid: Int32) -> UInt32? {
        var status = stat()
        // The kernel gives the folder to that user, also where its files belong to root.
        return stat("\(proc)/\(pid)", &status) == 0 ? status.st_uid : nil
    }

    package func startTicks(of pid: Int32) -> UInt64? {
        (try? ProcFile("\(proc)/\(pid)/stat").read { ProcessStat($0) })?.startTicks
    }

    /// Reads the arguments of a process, or of one of its threads, with the nulls between them: the process can keep whoever does from it.
    ///
    /// - Parameter folder: of the process or the thread.
    /// - Throws: ``LinuxError``; ``LinuxError/isHeldUp`` where it does.
    func commandLine(of pid: Int32, in folder: String, capacity: Int = 4096) throws(LinuxError) -> [UInt8] {
        let path = "\(folder)/cmdline"
        return try reads.read(of: pid, path: path, root: self) { _ in
            Result { () throws(LinuxError) in try ProcFile(path).read(capacity: capacity) { Array($0) } }
        }
    }

    /// Opens a file of proc(5) that is of the machine and of no process.
    ///
    /// - Parameter name: below ``proc``, such as `stat`.
    /// - Throws: ``LinuxError``; ``LinuxError/leftOut(path:)`` where the mount has no such files at all.
    package func machineFile(_ name: String) throws(LinuxError) -> ProcFile {
        let path = "\(proc)/\(name)"
        do throws(LinuxError) { return try ProcFile(path) } catch {
            // Every kernel has this one.
            guard error.isAbsence, access("\(proc)/stat", F_OK) != 0 else { throw error }
            throw .leftOut(path: path)
        }
    }

    /// The folder of a group of the unified hierarchy, whether it is there or not; `nil` where it is not in sight.
    ///
    /// - Parameter path: from the mount on, as /proc/PID/cgroup has it.
    func unifiedFolder(of path: String) -> String? {
        // A group outside of those that this process sees: its path leads up and down again.
        guard !path.hasPrefix("/.."), !mountedGroup.hasPrefix("/..") else { return nil }
        guard path == mountedBase || path.hasPrefix(mountedBase + "/") else { return nil }
        let below = path.dropFirst(mountedBase.utf8.count)
        return controlGroups + (below == "/" ? "" : below)
    }

    /// What the path of a group in the unified hierarchy has before its place below the mount.
    var mountedBase: String { mountedGroup == "/" ? "" : mountedGroup }

    /// The options that proc(5) is mounted with here, such as `hidepid=invisible`; `nil` where they cannot be read.
    var procOptions: [Substring]? {
        guard let file = try? ProcFile("\(proc)/self/mountinfo") else { return nil }
        return try? file.read(capacity: 1 << 20) { bytes -> [Substring]? in
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { $0.split(separator: " ") }
            // The options of the file system are the last field, after those of the mount.
            return lines.last { $0.count > 4 && $0[4] == proc }.flatMap { $0.last?.split(separator: ",") }
        }
    }

    /// The field `root` of the newest mount at a place (proc_pid_mountinfo(5)).
    private static func mountedGroup(at place: Substring, _ path: String) -> String {
        guard let file = try? ProcFile(path) else { return "/" }
        let group = try? file.read(capacity: 1 << 20) { bytes -> String? in
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { $0.split(separator: " ") }
            // A backslash, as in systemd's names, is written in octal.
            return lines.last { $0.count > 4 && $0[4] == place }.map { String($0[3]).replacing("\\134", with: "\\") }
        }
        return group ?? "/"
    }
}
