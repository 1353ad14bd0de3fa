import Glibc

/// One process, looked at from outside through descriptors that stay open.
package final class WatchedProcess: Sendable {
    package let pid: Int32
    /// Start of the process in seconds since the Unix epoch, by the clock as it is set when the process is opened; `nil` where the
    /// kernel does not say when it booted.
    package let startTime: Double?
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
        startTime = root.bootTime().map { $0 + Double(first.startTicks) / root.ticksPerSecond }
    }

    /// Seconds that the process has run.
    ///
    /// - Parameter now: CLOCK_BOOTTIME in nanoseconds.
    package func uptime(at now: UInt64) -> Double { max(0, Double(now) / 1e9 - Double(startTicks) / root.ticksPerSecond) }

    /// Whether the process has ended, as the kernel says at this moment.
    package var hasEnded: Bool {
        do throws(LinuxError) { _ = try sample(at: 0) } catch { return error.isProcessGone }
        return false
    }

    /// Reads the CPU time and the memory of the process: some 4 µs.
    ///
    /// - Parameter now: CLOCK_MONOTONIC in nanoseconds.
    /// - Throws: ``LinuxError``; ``LinuxError/isProcessGone`` once the process has ended.
    package func sample(at now: UInt64) throws(LinuxError) -> ProcessSample {
        let stat = try statFile.read { ProcessStat($0) }
        // A zombie has given everything back but its entry in the table: it no longer runs. Where threads are left, only the first
        // one has ended: its line still counts the CPU time of all, while their memory is to be had from one that lives.
        guard let living = stat.hasEnded ? livingThread(of: stat) : stat else {
            throw .read(path: statFile.path, code: ESRCH)
        }
        return ProcessSample(
            monotonicNanoseconds: now,
            userSeconds: Double(stat.userTicks) / root.ticksPerSecond,
            systemSeconds: Double(stat.systemTicks) / root.ticksPerSecond,
            childrenUserSeconds: Double(stat.childrenUserTicks) / root.ticksPerSecond,
            childrenSystemSeconds: Double(stat.childrenSystemTicks) / root.ticksPerSecond,
            residentBytes: living.residentPages * root.pageSize,
            virtualBytes: living.virtualMemory,
            threads: stat.threads,
            state: living.state)
    }

    /// What is said of a thread that lives, of a process whose first thread has ended; `nil` where there is none.
    private func livingThread(of stat: ProcessStat) -> ProcessStat? {
        guard stat.threads > 1, let tasks = opendir("\(folder)/task") else { return nil }
        defer { closedir(tasks) }
        while let entry = readdir(tasks) {
            // The kernel ends the name with a NUL inside the array.
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            guard name != ".", name != "..", let file = try? ProcFile("\(folder)/task/\(name)/stat"),
                let thread = try? file.read({ ProcessStat($0) }), !thread.hasEnded
            else { continue }
            return thread
        }
        return nil
    }
}
