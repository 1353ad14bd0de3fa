import ApusLimits
package import ApusLinux

/// The time that may be spent in each interval on reading proportional memory (PSS), shared by all processes.
///
/// What a reading takes is known by the size of the process and by what others took. A process for which not enough is left is not read.
package final class ProportionalBudget: Sendable {
    private let budget: WindowBudget
    private let work: AgentWork

    /// - Returns: `nil` for a budget of nothing.
    package init?(_ budget: Duration, each interval: Duration, work: AgentWork) {
        guard
            let budget = WindowBudget(
                budget, each: interval, nanosecondsPerUnit: 8.3e6 / Double(1 << 30), least: 16 << 20)
        else { return nil }
        self.budget = budget
        self.work = work
    }

    /// Reads something of a process; `nil` where not enough is left for it, or it is too large.
    package func spend(
        on residentBytes: UInt64, at now: Moment, _ read: () throws(LinuxError) -> (part: Double?, cpuNanoseconds: UInt64)
    ) throws(LinuxError) -> (part: Double?, cpuNanoseconds: UInt64)? {
        guard residentBytes <= UInt64(SamplingLimits.proportionalMemory.value.bytes) else { return nil }
        return try budget.spend(
            on: residentBytes, at: now, telling: { work.countProportional(cpuNanoseconds: $0) },
            elsewhere: { $0.cpuNanoseconds }, read)
    }
}

/// The part of its resident memory that is a process's own, as it was read last.
struct ProportionalMemory: Sendable {
    private var part: Double?
    /// When it was read last: CLOCK_MONOTONIC in nanoseconds; 0 of one that was not.
    private(set) var readAt: UInt64 = 0
    /// Whether the kernel does not say it to this user.
    private(set) var isForbidden = false

    /// Reads it, where the budget allows.
    mutating func read(
        _ process: WatchedProcess, residentBytes: UInt64, within budget: ProportionalBudget, at now: Moment
    ) {
        guard residentBytes > 0, !isForbidden else { return }
        do throws(LinuxError) {
            let read = try budget.spend(on: residentBytes, at: now) { () throws(LinuxError) in
                try process.proportionalPart(ofResident: residentBytes)
            }
            guard let read else { return }
            (part, readAt) = (read.part ?? part, now.monotonic)
        } catch { isForbidden = error.isForbidden }
    }

    /// Bytes, if the part has not changed since; `nil` where it was never read.
    func estimate(residentBytes: UInt64) -> Double? { part.map { $0 * Double(residentBytes) } }
}

/// The proportional memory of several processes: of those that were never read as of the others.
struct ProportionalSum: Sendable {
    private var bytes = 0.0
    private var readResident = 0.0
    private var resident = 0.0
    private var isForbidden = false

    mutating func add(_ memory: ProportionalMemory, residentBytes: UInt64) {
        resident += Double(residentBytes)
        if memory.isForbidden { isForbidden = true }
        guard let estimate = memory.estimate(residentBytes: residentBytes) else { return }
        bytes += estimate
        readResident += Double(residentBytes)
    }

    /// `nil` where none was read, and where one may not be.
    var estimate: Double? { isForbidden || readResident == 0 ? nil : bytes / readResident * resident }
}
