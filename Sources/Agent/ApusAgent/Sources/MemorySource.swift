import AgentMetrics
import ApusLinux
import ApusMetrics

/// Where the memory of an instance's process is: /proc/PID/status and /proc/PID/oom_score.
///
/// They are read at each turn of the sampling loop and no more often, as they take several times what the process's other files do.
struct MemorySource: Source {
    static let name = "memory"
    static let cadence = Cadence.scrape

    struct Reading: Sendable {
        /// `nil` of a process without memory of its own.
        let memory: ProcessMemory?
        /// Seconds since it was read.
        let age: Double
    }

    static let rows: [Row<Reading>] = [
        Row(ServiceProcess.anonymousMemory) { $0.memory?.anonymousBytes },
        Row(ServiceProcess.swap) { $0.memory?.swapBytes },
        Row(ServiceProcess.oomScore) { $0.memory?.oomScore },
    ]

    private let process: WatchedProcess
    /// Nanoseconds between two turns of the sampling loop.
    private let interval: UInt64
    private var last: (memory: ProcessMemory?, at: UInt64)?

    init?(_ subject: InstanceSubject) throws(LinuxError) {
        guard let process = try subject.watched() else { return nil }
        self.process = process
        interval = subject.interval
    }

    mutating func read(at now: Moment) throws(LinuxError) -> Reading {
        // A turn may begin a little sooner after the one before.
        if last.map({ now.monotonic - min(now.monotonic, $0.at) >= interval / 10 * 9 }) ?? true {
            last = (try process.memory(), now.monotonic)
        }
        return Reading(memory: last?.memory ?? nil, age: last.map { now.seconds(since: $0.at) } ?? 0)
    }

    func age(of reading: Reading) -> Double? { reading.age }
}
