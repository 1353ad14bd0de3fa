package import AgentMetrics
import ApusLimits
package import ApusLinux

/// What the processes of one group come to at a moment.
package struct GroupReading: Sendable {
    /// How many there are, zombies included.
    package var processes = 0
    /// How many are in each state, in the order of the cases.
    private var states = SIMD8<Int32>()
    package var account = GroupLedger.Account()
    /// Bytes, of all of them; pages that several share count with each.
    package var residentBytes: UInt64 = 0
    package var virtualBytes: UInt64 = 0
    package var threads: UInt64 = 0
    /// Open descriptors of all of them; `nil` where those of one may not be counted.
    package var openFiles: UInt64? = 0
    /// The largest part of its limit of open descriptors that one of them uses, 0 to 1; `nil` where none has a limit that may be read.
    package var filesRatio: Double?
    /// Whether the bytes are those of all of them: they are the kernel's secret where one belongs to another user.
    package var knowsIO = true
    /// Clock ticks from boot to the start of the oldest one; `nil` of a group without processes.
    package var oldestStart: UInt64?
    /// Seconds from the Unix epoch to the boot, by the clock as it is set; `nil` where the kernel does not say.
    package var bootTime: Double?

    package init() {}

    /// How many processes are in a state.
    package func count(of state: ProcessState) -> Int { Int(states[Self.place(of: state)]) }

    private static func place(of state: ProcessState) -> Int {
        switch state {
        case .running: 0
        case .sleeping: 1
        case .uninterruptible: 2
        case .stopped: 3
        case .zombie: 4
        case .other: 5
        }
    }

    /// The state that a letter of proc_pid_stat(5) stands for.
    private static func state(_ letter: UInt8) -> ProcessState {
        switch letter {
        case UInt8(ascii: "R"): .running
        case UInt8(ascii: "S"), UInt8(ascii: "I"): .sleeping
        case UInt8(ascii: "D"): .uninterruptible
        case UInt8(ascii: "T"), UInt8(ascii: "t"): .stopped
        case UInt8(ascii: "Z"), UInt8(ascii: "X"): .zombie
        default: .other
        }
    }

    mutating func add(_ sight: MemberSight) {
        processes += 1
        states[Self.place(of: Self.state(sight.living?.state ?? sight.counted.state))] += 1
        residentBytes &+= UInt64(clamping: UInt128(sight.living?.residentPages ?? 0) * UInt128(sight.pageSize))
        virtualBytes &+= sight.living?.virtualMemory ?? 0
        oldestStart = min(oldestStart ?? .max, sight.counted.startTicks)
        guard sight.living != nil else { return }
        threads += sight.counted.threads
        openFiles = openFiles.flatMap { sum in sight.openFiles.map { sum + $0 } }
        if sight.io == nil { knowsIO = false }
        if let open = sight.openFiles, let limit = sight.filesLimit, limit > 0 {
            filesRatio = max(filesRatio ?? 0, Double(open) / Double(limit))
        }
    }

    /// CPU time and memory as of one process, for what is made of those.
    func sample(at monotonic: UInt64, _ root: KernelRoot) -> ProcessSample {
        ProcessSample(
            monotonicNanoseconds: monotonic, userSeconds: Double(account.used.userTicks) / root.ticksPerSecond,
            systemSeconds: Double(account.used.systemTicks) / root.ticksPerSecond, residentBytes: residentBytes,
            virtualBytes: virtualBytes, threads: threads)
    }
}

/// One process of a group as a look found it.
struct MemberSight {
    let counted: ProcessStat
    /// `nil` of a zombie.
    let living: ProcessStat?
    let io: ProcessIO?
    let openFiles: UInt64?
    let filesLimit: UInt64?
    let pageSize: UInt64
}

/// One process of a group, looked at from outside for as long as it lives.
struct GroupMember {
    let process: WatchedProcess
    let group: Int
    /// Whether all that it has used counts.
    let countsWhole: Bool
    /// Whether it belongs to the group because the process does that started it.
    let isDescendant: Bool
    let name: ProcessName
    /// Whether it was there at a turn of the sampling loop already, so that it has become what it is to be.
    var isSettled = false
    /// Its soft limit of descriptors at the last turn of the sampling loop.
    private var filesLimit: UInt64?
    /// What it has read and written; `nil` where that may not be known.
    private let io: ProcFile?
    /// Its open descriptors at the last turn, where they have to be counted one by one.
    private var countedFiles: UInt64?

    init(_ process: WatchedProcess, group: Int, countsWhole: Bool, isDescendant: Bool, name: ProcessName) {
        self.process = process
        self.group = group
        self.countsWhole = countsWhole
        self.isDescendant = isDescendant
        self.name = name
        io = try? process.file("io")
    }

    /// - Parameter isTurn: whether what changes seldom, or takes its time, is read as well.
    /// - Throws: ``LinuxError``; ``LinuxError/isProcessGone`` once nothing is left of it.
    mutating func look(isTurn: Bool) throws(LinuxError) -> MemberSight {
        let (counted, living) = try process.observe()
        guard let living else {
            return MemberSight(
                counted: counted, living: nil, io: nil, openFiles: nil, filesLimit: nil, pageSize: process.root.pageSize)
        }
        if isTurn {
            filesLimit =
                (try? process.file("limits")).flatMap { try? $0.read { .some(ProcessDescriptors.softLimit($0)) } } ?? nil
            countedFiles = nil
        }
        return MemberSight(
            counted: counted, living: living, io: io.flatMap { try? ProcessIO($0) }, openFiles: openFiles(counted),
            filesLimit: filesLimit, pageSize: process.root.pageSize)
    }

    private mutating func openFiles(_ counted: ProcessStat) -> UInt64? {
        if let countedFiles { return countedFiles }
        let limit = SamplingLimits.descriptors.value
        let files =
            counted.hasEnded
            ? try? ProcessDescriptors.count(of: process, countingAtMost: limit)
            : try? ProcessDescriptors.count(of: process, in: process.folder, countingAtMost: limit)
        if let files, files.isCounted { countedFiles = files.number }
        return files?.number
    }
}
