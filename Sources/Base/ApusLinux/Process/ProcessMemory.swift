import Glibc

/// Where the memory of a process is, and what that means when the machine has none left.
package struct ProcessMemory: Equatable, Sendable {
    /// Resident bytes that no file is behind.
    package let anonymousBytes: UInt64
    /// Bytes that are in swap.
    package let swapBytes: UInt64
    /// How likely the kernel is to end the process when memory runs out, 0 to 2000 (proc_pid_oom_score(5)); `nil` where it is not said.
    package var oomScore: UInt64?

    package init(anonymousBytes: UInt64, swapBytes: UInt64, oomScore: UInt64? = nil) {
        self.anonymousBytes = anonymousBytes
        self.swapBytes = swapBytes
        self.oomScore = oomScore
    }

    /// Parses lines such as `RssAnon:      112 kB` of /proc/PID/status (proc_pid_status(5)); `nil` of a process without memory, such as
    /// a zombie or a thread of the kernel.
    package init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        var (anonymous, swap): (Int64?, Int64?)
        bytes.forEachNumber { key, kibibytes in
            if key.isText("RssAnon") { anonymous = kibibytes }
            if key.isText("VmSwap") { swap = kibibytes }
        }
        guard let anonymous, let swap else { return nil }
        self.init(anonymousBytes: UInt64(anonymous) << 10, swapBytes: UInt64(swap) << 10)
    }
}

extension WatchedProcess {
    /// Reads where the memory of the process is: some 20 µs; `nil` of one that has none.
    ///
    /// - Throws: ``LinuxError``; ``LinuxError/isProcessGone`` once the process has ended.
    package func memory() throws(LinuxError) -> ProcessMemory? {
        let folder = try livingFolder()
        // A user may be in any number of groups, which stand before it.
        let read = try ProcFile("\(folder)/status").read(capacity: 1 << 15) { bytes in .some(ProcessMemory(bytes)) }
        guard var memory = read else { return nil }
        memory.oomScore = try? ProcFile("\(folder)/oom_score").read(capacity: 64) { $0[...].number.map { UInt64($0) } }
        // A path leads to whoever has the pid, which may be another process by now.
        guard !hasEnded else { throw .read(path: folder, code: ESRCH) }
        return memory
    }
}
