import Glibc

/// One process, looked at from outside through descriptors that stay open.
package final class WatchedProcess: Sendable {
    package let pid: Int32
    /// Start of the process in seconds since the Unix epoch.
    package let startTime: Double
    /// Clock ticks from boot to the start of the process: with its pid, no other process has the same.
    package let startTicks: UInt64
    /// The kernel's files that it is found in.
    package let root: KernelRoot
    private let statFile: ProcFile

    /// The folder of the process in proc(5).
    package var folder: String { "\(root.proc)/\(pid)" }

    /// Opens a process.
    ///
    /// - Throws: ``LinuxError``; ``LinuxError/isProcessGone`` when there is no such process.
    package init(pid: Int32, root: KernelRoot = .live) throws(LinuxError) {
        self.pid = pid
        self.root = root
        statFile = try ProcFile("\(root.proc)/\(pid)/stat")
        let first = try statFile.read { ProcessStat($0) }
        startTicks = first.startTicks
        startTime = root.bootTime + Double(first.startTicks) / root.ticksPerSecond
    }

    /// Reads the CPU time and the memory of the process: some 4 µs.
    ///
    /// - Parameter now: CLOCK_MONOTONIC in nanoseconds.
    /// - Throws: ``LinuxError``; ``LinuxError/isProcessGone`` once the process has ended.
    package func sample(at now: UInt64) throws(LinuxError) -> ProcessSample {
        let stat = try statFile.read { ProcessStat($0) }
        // A zombie has given everything back but its entry in the table: it no longer runs.
        guard stat.state != UInt8(ascii: "Z"), stat.state != UInt8(ascii: "X") else {
            throw .read(path: statFile.path, code: ESRCH)
        }
        return ProcessSample(
            monotonicNanoseconds: now,
            userSeconds: Double(stat.userTicks) / root.ticksPerSecond,
            systemSeconds: Double(stat.systemTicks) / root.ticksPerSecond,
            childrenUserSeconds: Double(stat.childrenUserTicks) / root.ticksPerSecond,
            childrenSystemSeconds: Double(stat.childrenSystemTicks) / root.ticksPerSecond,
            residentBytes: stat.residentPages * root.pageSize,
            virtualBytes: stat.virtualMemory,
            threads: stat.threads,
            state: stat.state)
    }
}
