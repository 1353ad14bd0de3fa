import Glibc
import Synchronization

/// One process, looked at from outside through descriptors that stay open: of its files, or, where there are not as many, of its folder.
package final class WatchedProcess: Sendable {
    package let pid: Int32
    /// Start of the process in seconds since the Unix epoch, by the clock as it was set when the process was opened; `nil` where the
    /// kernel does not say when it booted.
    package let firstStartTime: Double?
    /// Start of the process in seconds since the Unix epoch, by the clock as it is set now: it moves where that is set to another time
    /// (``KernelRoot/bootTime()``). `nil` where the kernel does not say when it booted.
    package var startTime: Double? { root.bootTime().map { $0 + Double(startTicks) / root.ticksPerSecond } }
    /// Clock ticks from boot to the start of the process: with its pid, no other process has the same.
    package let startTicks: UInt64
    /// The kernel's files that it is found in.
    package let root: KernelRoot
    private let statFile: ProcFile
    /// `nil` where there is none.
    private let memoryFile: ProcFile?
    /// Whether its first thread has ended and others live, by the last look: that one stays in the groups that it ended in.
    private let isHeadless: Atomic<Bool>
    /// Its file of control groups, from the first look on where there are descriptors enough, and what that said last.
    private let seenGroups = Mutex<(file: ProcFile?, last: SeenControlGroups?)>((nil, nil))
    /// The folder that its files are opened in at each look; `nil` where they stay open.
    let openFolder: ProcFolder?

    /// Whether its files stay open, and not its folder alone.
    package var keepsFilesOpen: Bool { openFolder == nil }

    /// The folder of the process in proc(5).
    package var folder: String { "\(root.proc)/\(pid)" }

    /// Opens a process.
    ///
    /// - Parameter keepsFilesOpen: `false`: its folder alone is kept open, one descriptor in place of one for each file, and a look takes
    ///   longer.
    /// - Throws: ``LinuxError``; ``LinuxError/isProcessGone`` when there is no such process.
    package init(pid: Int32, root: KernelRoot = .live, keepsFilesOpen: Bool = true) throws(LinuxError) {
        self.pid = pid
        self.root = root
        let folder = try ProcFolder("\(root.proc)/\(pid)")
        statFile = try ProcFile("stat", in: folder, keepsOpen: keepsFilesOpen)
        let first = try statFile.read { ProcessStat($0) }
        startTicks = first.startTicks
        isHeadless = Atomic(first.hasEnded)
        memoryFile = try? ProcFile("statm", in: folder, keepsOpen: keepsFilesOpen)
        firstStartTime = root.bootTime().map { $0 + Double(first.startTicks) / root.ticksPerSecond }
        openFolder = keepsFilesOpen ? nil : folder
    }

    /// Opens the files of a process of which the folder was kept open, or the folder of one of which the files were.
    ///
    /// - Throws: ``LinuxError``.
    private init(_ other: WatchedProcess, keepsFilesOpen: Bool) throws(LinuxError) {
        (pid, root, firstStartTime, startTicks) = (other.pid, other.root, other.firstStartTime, other.startTicks)
        isHeadless = Atomic(other.isHeadless.load(ordering: .relaxed))
        let folder = if let open = other.openFolder { open } else { try ProcFolder(other.folder) }
        statFile = try ProcFile("stat", in: folder, keepsOpen: keepsFilesOpen)
        memoryFile =
            other.memoryFile == nil ? nil : try ProcFile("statm", in: folder, keepsOpen: keepsFilesOpen)
        openFolder = keepsFilesOpen ? nil : folder
        // A path leads to whoever has the pid, which may be another process by now.
        guard try statFile.read({ ProcessStat($0) }).startTicks == startTicks else {
            throw .read(path: statFile.path, code: ESRCH)
        }
    }

    /// This process with its files open, or with its folder alone.
    ///
    /// - Throws: ``LinuxError``.
    package func keepingFilesOpen(_ keepsFilesOpen: Bool) throws(LinuxError) -> WatchedProcess {
        keepsFilesOpen == self.keepsFilesOpen ? self : try WatchedProcess(self, keepsFilesOpen: keepsFilesOpen)
    }

    /// Opens a file of the process' folder, to be read for as long as the process lives.
    ///
    /// - Throws: ``LinuxError``.
    package func file(_ name: String) throws(LinuxError) -> ProcFile {
        if let openFolder { return try ProcFile(name, in: openFolder, keepsOpen: false) }
        let file = try ProcFile(name, below: "\(folder)/")
        // A path leads to whoever has the pid, which may be another process by now.
        guard !hasEnded else { throw .read(path: file.path, code: ESRCH) }
        return file
    }

    /// The control groups that the process is in now.
    ///
    /// Whoever else asks waits meanwhile, as for the instance that the process is of.
    ///
    /// - Throws: ``LinuxError``.
    package func controlGroups() throws(LinuxError) -> SeenControlGroups {
        try seenGroups.withLock { seen throws(LinuxError) in
            do throws(LinuxError) {
                let isHeadless = isHeadless.load(ordering: .relaxed)
                let file =
                    if isHeadless {
                        try ProcFile("cgroup", below: "\(livingFolder())/")
                    } else if let file = seen.file {
                        file
                    } else {
                        try file("cgroup")
                    }
                let groups = try root.controlGroups(in: file, last: seen.last)
                seen = (DescriptorLimit.isAmple && !isHeadless ? file : nil, groups.isLasting ? groups : nil)
                return groups
            } catch {
                seen = (nil, nil)
                throw error
            }
        }
    }

    /// The system unit that the process runs in now; `nil` where it is in none.
    ///
    /// - Throws: ``LinuxError``.
    package func systemUnit() throws(LinuxError) -> String? { try controlGroups().groups.systemUnit(below: root.firstGroups()) }

    /// Seconds that the process has run.
    ///
    /// - Parameter now: CLOCK_BOOTTIME in nanoseconds.
    package func uptime(at now: UInt64) -> Double { max(0, Double(now) / 1e9 - Double(startTicks) / root.ticksPerSecond) }

    /// Whether the process has ended, as the kernel says at this moment.
    package var hasEnded: Bool {
        do throws(LinuxError) { return try observe().living == nil } catch { return error.isProcessGone }
    }

    /// Reads the CPU time and the memory of the process: some 4 µs.
    ///
    /// - Parameter now: CLOCK_MONOTONIC in nanoseconds.
    /// - Throws: ``LinuxError``; ``LinuxError/isProcessGone`` once the process has ended.
    package func sample(at now: UInt64) throws(LinuxError) -> ProcessSample {
        let (stat, living) = try observe()
        guard let living else { throw .read(path: statFile.path, code: ESRCH) }
        return ProcessSample(
            monotonicNanoseconds: now,
            userSeconds: Double(stat.userTicks) / root.ticksPerSecond,
            systemSeconds: Double(stat.systemTicks) / root.ticksPerSecond,
            childrenUserSeconds: Double(stat.childrenUserTicks) / root.ticksPerSecond,
            childrenSystemSeconds: Double(stat.childrenSystemTicks) / root.ticksPerSecond,
            residentBytes: UInt64(clamping: UInt128(residentPages(living)) * UInt128(root.pageSize)),
            virtualBytes: living.virtualMemory,
            threads: stat.threads,
            state: living.state)
    }

    /// Reads the state of the process, the letter of proc_pid_stat(5).
    ///
    /// - Throws: ``LinuxError``; ``LinuxError/isProcessGone`` once the process has ended.
    package func state() throws(LinuxError) -> UInt8 {
        guard let living = try observe().living else { throw .read(path: statFile.path, code: ESRCH) }
        return living.state
    }

    /// Reads how many pages of the process are resident: half a microsecond.
    ///
    /// From Linux 6.2 on the kernel counts them by processor, and `stat` leaves out what is not added up yet. Newer kernels, 6.18 for one,
    /// add it up for `statm` (`get_mm_counter_sum` in fs/proc/task_mmu.c); with those between, both say the same.
    ///
    /// - Parameter living: what `stat` says of a thread that lives.
    package func residentPages(_ living: ProcessStat) -> UInt64 {
        let pages = try? memoryFile?.read(capacity: 128) { bytes -> UInt64? in
            var fields = FieldScanner<UnsafeBufferPointer<UInt8>>(bytes[...])
            guard fields.skip(1) else { return nil }
            return fields.nextNumber()
        }
        // `statm` says 0 of a process whose first thread has ended.
        guard let pages, pages > 0 else { return living.residentPages }
        return pages
    }

    /// Reads what the kernel counts of the process, and what it says of a thread of it that lives; `nil` there of a zombie, which has
    /// given everything back but its entry in the table.
    ///
    /// Where only the first thread has ended, its line still counts the CPU time of all, while their memory is to be had from one that
    /// lives.
    ///
    /// - Throws: ``LinuxError``; ``LinuxError/isProcessGone`` once nothing is left of the process.
    package func observe() throws(LinuxError) -> (counted: ProcessStat, living: ProcessStat?) {
        let stat = try statFile.read { ProcessStat($0) }
        let living = stat.hasEnded ? try livingThread(of: stat)?.stat : stat
        let isHeadless = stat.hasEnded && living != nil
        if isHeadless != self.isHeadless.load(ordering: .relaxed) { self.isHeadless.store(isHeadless, ordering: .relaxed) }
        return (stat, living)
    }

    /// The threads of a process that are looked at, at most, for one that lives.
    private static let mostThreads = 64

    /// A thread that lives, of a process whose first thread has ended; `nil` where there is none.
    ///
    /// - Throws: ``LinuxError`` where the threads cannot be looked at, which says nothing of their end.
    private func livingThread(of stat: ProcessStat) throws(LinuxError) -> (folder: String, stat: ProcessStat)? {
        guard stat.threads > 1 else { return nil }
        let path = "\(folder)/task"
        guard let tasks = opendir(path) else { throw .open(path: path, code: errno) }
        defer { closedir(tasks) }
        var seen = 0
        while let entry = readdir(tasks) {
            // The kernel ends the name with a NUL inside the array.
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            guard name != ".", name != ".." else { continue }
            seen += 1
            // A tracer may keep thousands of ended threads: that one of them lives can neither be seen nor denied.
            guard seen <= Self.mostThreads else { throw .format(path: path) }
            do throws(LinuxError) {
                let thread = try ProcFile("\(path)/\(name)/stat").read { ProcessStat($0) }
                if !thread.hasEnded { return ("\(path)/\(name)", thread) }
            } catch {
                guard error.isProcessGone else { throw error }
            }
        }
        return nil
    }

    /// The folder with what is to be seen of the process' descriptors: of its first thread, or, where that has ended, of one that lives.
    ///
    /// - Throws: ``LinuxError``.
    func livingFolder() throws(LinuxError) -> String {
        let stat = try statFile.read { ProcessStat($0) }
        guard stat.hasEnded else { return folder }
        guard let living = try livingThread(of: stat) else { throw .read(path: statFile.path, code: ESRCH) }
        return living.folder
    }
}
