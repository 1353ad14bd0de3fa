/// What /proc/stat says of the whole machine (proc_stat(5)).
package struct HostStat: Equatable, Sendable {
    /// Clock ticks that all processors together have spent: for programs, for those of low priority, for the kernel, idle, idle while
    /// something waited for storage, for interrupts, for what these put off, and waiting for a hypervisor.
    /// `nil` where that is not said.
    package private(set) var ticks: SIMD8<Int64>?
    /// The ticks that were said last, where this reading says none.
    private var lastTicks: SIMD8<Int64>?
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
                if key.count == 3 { ticks = Self.ticks(rest) } else { processors += 1 }
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

    /// The kernel's count of idle time falls at times by some ticks (proc_stat(5)), which no counter may: what was said before stands
    /// until it is passed. What falls by more than a count of seconds begins anew.
    ///
    /// - Parameter second: the clock ticks of a second.
    package func goingOn(from last: HostStat?, second: Double) -> HostStat {
        guard let before = last?.ticks ?? last?.lastTicks else { return self }
        var next = self
        guard var ticks else {
            next.lastTicks = before
            return next
        }
        let most = Int64(3 * second) * Int64(max(1, processors))
        for place in ticks.indices where ticks[place] < before[place] && before[place] - ticks[place] <= most {
            ticks[place] = before[place]
        }
        next.ticks = ticks
        return next
    }
}
