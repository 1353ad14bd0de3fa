import CLinux
import Glibc

/// One process, sampled from outside through descriptors that stay open.
package final class ProcessSource: Sendable {
    package let pid: Int32
    /// Start of the process in seconds since the Unix epoch.
    package let startTime: Double
    /// Clock ticks from boot to the start of the process: with its pid, no other process has the same.
    package let startTicks: UInt64
    private let statFile: ProcFile
    private let limits: ProcFile?
    private let descriptorsPath: String

    /// Opens the sources of a process.
    ///
    /// - Throws: ``LinuxError``; ``LinuxError/isProcessGone`` when there is no such process.
    package init(pid: Int32, proc: String = "/proc") throws(LinuxError) {
        self.pid = pid
        statFile = try ProcFile("\(proc)/\(pid)/stat")
        limits = try? ProcFile("\(proc)/\(pid)/limits")
        descriptorsPath = "\(proc)/\(pid)/fd"
        let first = try statFile.read { ProcessStat($0) }
        startTicks = first.startTicks
        startTime = Host.bootTime + Double(first.startTicks) / Host.ticksPerSecond
    }

    /// Reads what is cheap: about 10 µs.
    ///
    /// - Throws: ``LinuxError``; ``LinuxError/isProcessGone`` once the process has ended.
    package func sample() throws(LinuxError) -> ProcessSample {
        let stat = try statFile.read { ProcessStat($0) }
        // A zombie has given everything back but its entry in the table: it no longer runs.
        guard stat.state != UInt8(ascii: "Z"), stat.state != UInt8(ascii: "X") else {
            throw .read(path: statFile.path, code: ESRCH)
        }
        return ProcessSample(
            monotonicNanoseconds: apus_monotonic_nanoseconds(),
            userSeconds: Double(stat.userTicks) / Host.ticksPerSecond,
            systemSeconds: Double(stat.systemTicks) / Host.ticksPerSecond,
            childrenUserSeconds: Double(stat.childrenUserTicks) / Host.ticksPerSecond,
            childrenSystemSeconds: Double(stat.childrenSystemTicks) / Host.ticksPerSecond,
            residentBytes: stat.residentPages * Host.pageSize,
            virtualBytes: stat.virtualMemory,
            threads: stat.threads,
            openFiles: Self.countDescriptors(descriptorsPath),
            maxFiles: limits.flatMap { try? $0.read { Self.softFileLimit($0) } },
            state: stat.state)
    }

    /// The number of open descriptors: the size of /proc/PID/fd since Linux 6.2, counted by reading it before.
    private static func countDescriptors(_ path: String) -> UInt64? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        if status.st_size > 0 { return UInt64(status.st_size) }
        guard let directory = opendir(path) else { return nil }
        defer { closedir(directory) }
        var count: UInt64 = 0
        while readdir(directory) != nil { count += 1 }
        // Without "." and "..".
        return count >= 2 ? count - 2 : 0
    }

    /// The soft limit in the line `Max open files   1024   1048576   files`.
    package static func softFileLimit(_ bytes: some BidirectionalCollection<UInt8>) -> UInt64? {
        let key = Array("Max open files".utf8)
        for line in bytes.split(separator: UInt8(ascii: "\n")) where line.starts(with: key) {
            var fields = FieldScanner<ArraySlice<UInt8>>(Array(line.dropFirst(key.count))[...])
            return fields.nextNumber()
        }
        return nil
    }
}
