package import AgentMetrics
package import ApusLinux

/// What the processes of one group come to at a moment.
package struct GroupReading: Sendable {
    /// How many there are, zombies included.
    package var processes = 0
    /// How many there are besides for which there is no room.
    package var unwatched = 0
    /// Whether it has processes that live, be they watched or not: zombies alone have ended, and wait for whoever started them.
    package var isAlive: Bool { processes > count(of: .zombie) || unwatched > 0 }
    /// How many are in each state, in the order of the cases.
    private var states = SIMD8<Int32>()
    package var account = GroupLedger.Account()
    /// When the sums of its processes began, in seconds since the Unix epoch; `nil` before it was looked at.
    package var began: Double?
    /// Bytes, of all of them; pages that several share count with each.
    package var residentBytes: UInt64 = 0
    package var virtualBytes: UInt64 = 0
    /// Resident bytes of the largest of them, which are no more than what all of them have together, however much they share.
    package var largestBytes: UInt64 = 0
    /// Bytes that no file is behind and bytes in swap, and the largest score for the want of memory, at the last turn of the sampling loop;
    /// `nil` where no process has any.
    package var anonymousBytes: UInt64?
    package var swapBytes: UInt64?
    package var oomScore: UInt64?
    private var proportional = ProportionalSum()
    package var threads: UInt64 = 0
    /// Open descriptors of all of them; `nil` where those of one may not be counted.
    package var openFiles: UInt64? = 0
    /// The largest part of its limit of open descriptors that one of them uses, 0 to 1; `nil` where none has a limit that may be read.
    package var filesRatio: Double?
    /// Whether the bytes are those of all of them, who have ended included: they are the kernel's secret where one belongs to another user.
    package var knowsIO = true
    /// Clock ticks from boot to the start of the oldest one; `nil` of a group without processes.
    package var oldestStart: UInt64?
    /// Seconds from the Unix epoch to the boot (``KernelRoot/bootTime()``); `nil` where the kernel does not say.
    package var bootTime: Double?
    /// What its control groups come to; `nil` of a group that is none or never had one.
    package var controlGroups: ControlGroupSum?
    /// Its sockets at the last turn of the sampling loop; `nil` where they are not read, or not all are known.
    package var sockets: SocketFigures?
    /// CPU time in microseconds as its control groups have it; `nil` where none does.
    var controlGroupTime: CPUTime?
    /// Whether the look was a whole one: not where the processes could not be listed.
    package var isWhole = true

    /// CPU time by mode, in microseconds.
    struct CPUTime: Equatable {
        var user: Int64
        var system: Int64
    }

    package init() {}

    /// Whether it has neither a process nor a control group.
    var isEmpty: Bool { processes == 0 && unwatched == 0 && (controlGroups?.number ?? 0) == 0 }

    /// Whether it has processes and none of them was ever watched, so that nothing can be said of what they have used.
    var isUnknown: Bool { processes == 0 && unwatched > 0 && account.started == 0 }

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

    /// - Parameter own: the part of its memory that is its own; `nil` where that is not read.
    mutating func add(_ sight: MemberSight, _ own: ProportionalMemory?) {
        processes += 1
        states[Self.place(of: Self.state(sight.living?.state ?? sight.counted.state))] += 1
        residentBytes &+= sight.residentBytes
        largestBytes = max(largestBytes, sight.residentBytes)
        virtualBytes &+= sight.living?.virtualMemory ?? 0
        oldestStart = min(oldestStart ?? .max, sight.counted.startTicks)
        if sight.hidesStorage { knowsIO = false }
        guard sight.living != nil else { return }
        threads += sight.counted.threads
        openFiles = openFiles.flatMap { sum in sight.openFiles.map { sum + $0 } }
        if sight.io == nil { knowsIO = false }
        if let memory = sight.memory {
            anonymousBytes = (anonymousBytes ?? 0) + memory.anonymousBytes
            swapBytes = (swapBytes ?? 0) + memory.swapBytes
            oomScore = memory.oomScore.map { max(oomScore ?? 0, $0) } ?? oomScore
        }
        if let own { proportional.add(own, residentBytes: sight.residentBytes) }
        if let open = sight.openFiles, let limit = sight.filesLimit, limit > 0 {
            filesRatio = max(filesRatio ?? 0, Double(open) / Double(limit))
        }
    }

    /// Resident memory in which a page counts with each process by its part; `nil` where that is not read, or may not be of one of them.
    package var proportionalBytes: Double? { proportional.estimate }

    /// CPU time in seconds: that of the group's control groups, which have all that ran in them, or else what was seen of its processes.
    package func cpuSeconds(_ root: KernelRoot) -> (user: Double, system: Double) {
        if let controlGroupTime { return (Double(controlGroupTime.user) / 1e6, Double(controlGroupTime.system) / 1e6) }
        return (
            Double(account.used.userTicks) / root.ticksPerSecond, Double(account.used.systemTicks) / root.ticksPerSecond
        )
    }

    /// CPU time and memory as of one process, for what is made of those.
    func sample(at monotonic: UInt64, _ root: KernelRoot) -> ProcessSample {
        let (user, system) = cpuSeconds(root)
        return ProcessSample(
            monotonicNanoseconds: monotonic, userSeconds: user, systemSeconds: system, residentBytes: residentBytes,
            virtualBytes: virtualBytes, threads: threads)
    }
}

/// What the processes of one group came to at a moment, to be handed on: it is some hundreds of bytes, and there may be thousands.
package final class GroupFinding: Sendable {
    package let reading: GroupReading

    init(_ reading: GroupReading) { self.reading = reading }
}
