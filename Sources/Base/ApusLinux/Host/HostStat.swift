/// What /proc/stat says of the whole machine (proc_stat(5)).
package struct HostStat: Equatable, Sendable {
    /// Clock ticks that all processors together have spent: for programs, for those of low priority, for the kernel, idle, idle while
    /// something waited for storage, for interrupts, for what these put off, and waiting for a hypervisor.
    /// `nil` where that is not said.
    package private(set) var ticks: SIMD8<Int64>?
    /// The ticks of a reading before, where this one says none.
    private var lastTicks: SIMD8<Int64>?
    /// The ticks of all together as the kernel says, no lower than it has said while they fell by some.
    private var said: SIMD8<Int64>?
    /// What the kernel said of all together before, where this reading says nothing.
    private var lastSaid: SIMD8<Int64>?
    /// The ticks of each processor by its number, as it was said last.
    private var ofProcessors: [Int64: SIMD8<Int64>] = [:]
    /// Processors that are online.
    package private(set) var processors = 0
    package private(set) var contextSwitches: Int64?
    /// Processes and threads made since the boot.
    package private(set) var forks: Int64?
    package private(set) var running: Int64?
    /// Threads that wait for storage.
    package private(set) var blocked: Int64?
    /// Seconds since the Unix epoch, by the clock as it is set.
    package private(set) var bootTime: Int64?

    /// Bytes that are read of the file at most: it has a line for each processor, and a number for each interrupt.
    package static let capacity = 1 << 20

    /// Parses the lines `KEY NUMBER …`; `nil` of a text that has none of them, as of an empty one.
    package init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        bytes.forEachLine { key, rest in
            if key.starts(with: "cpu".utf8) {
                if key.count == 3 {
                    ticks = Self.ticks(rest)
                } else {
                    processors += 1
                    if let number = key.dropFirst(3).number { ofProcessors[number] = Self.ticks(rest) }
                }
            } else if key.isText("ctxt") {
                contextSwitches = rest.number
            } else if key.isText("btime") {
                bootTime = rest.number
            } else if key.isText("processes") {
                forks = rest.number
            } else if key.isText("procs_running") {
                running = rest.number
            } else if key.isText("procs_blocked") {
                blocked = rest.number
            }
        }
        said = ticks
        let numbers = [contextSwitches, forks, running, blocked, bootTime]
        guard ticks != nil || processors > 0 || numbers.contains(where: { $0 != nil }) else { return nil }
    }

    private static func ticks(_ fields: Slice<UnsafeBufferPointer<UInt8>>) -> SIMD8<Int64> {
        var ticks = SIMD8<Int64>()
        // In order: kernels may have added fields, and none has fewer.
        for (place, field) in fields.split(separator: UInt8(ascii: " ")).prefix(ticks.scalarCount).enumerated() {
            ticks[place] = field.number ?? 0
        }
        return ticks
    }

    /// This reading, with counts that go on from those of the one before.
    ///
    /// The kernel's count of idle time falls at times by some ticks (proc_stat(5)), which no counter may: what was said before stands until it is
    /// passed. What all processors have together falls and rises by hours where one goes off and comes back; then what each of them has gained is
    /// added up. Without lines of processors, what falls by more than a count of seconds begins anew.
    ///
    /// - Parameter second: the clock ticks of a second.
    package func goingOn(from last: HostStat?, second: Double) -> HostStat {
        guard let last else { return self }
        var next = self
        let few = Int64(3 * second)
        next.ofProcessors = last.ofProcessors
        var gains = SIMD8<Int64>()
        for (number, ticks) in ofProcessors {
            guard let before = last.ofProcessors[number] else {
                next.ofProcessors[number] = ticks
                continue
            }
            var kept = ticks
            for place in ticks.indices {
                if ticks[place] >= before[place] {
                    gains[place] += ticks[place] - before[place]
                } else if before[place] - ticks[place] <= few {
                    kept[place] = before[place]
                } else {
                    gains[place] += ticks[place]
                }
            }
            next.ofProcessors[number] = kept
        }
        guard let served = last.ticks ?? last.lastTicks, let before = last.said ?? last.lastSaid else { return next }
        guard var ticks, var said else {
            (next.lastTicks, next.lastSaid) = (served, before)
            return next
        }
        let most = few * Int64(max(1, processors))
        let isByProcessor = !ofProcessors.isEmpty && !last.ofProcessors.isEmpty
        for place in ticks.indices {
            let gain = said[place] - before[place]
            let isOdd = isByProcessor && abs(gain - gains[place]) > most
            if isOdd {
                ticks[place] = served[place] + gains[place]
            } else if gain >= 0 {
                ticks[place] = served[place] + gain
            } else if -gain <= most {
                (ticks[place], said[place]) = (served[place], before[place])
            }
        }
        (next.ticks, next.said) = (ticks, said)
        return next
    }
}
