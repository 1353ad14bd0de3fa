import AgentMetrics
import ApusLimits
import ApusLinux
import ApusMetrics

/// The agent's own process, under the names that every Prometheus client uses for its own.
struct OwnProcessSource: Source {
    static let name = "process"
    static let cadence = Cadence.scrape

    struct Reading: Sendable {
        let sample: ProcessSample
        let openFiles: UInt64?
        let maxFiles: UInt64?
        /// Seconds since the Unix epoch; `nil` where the kernel does not say when it booted.
        let startTime: Double?
        /// When its counts began, whatever the clock was set to since.
        let began: Double?
    }

    static let rows: [Row<Reading>] = [
        Row(AgentProcess.cpu) { $0.sample.cpuSeconds },
        Row(AgentProcess.residentMemory) { $0.sample.residentBytes },
        Row(AgentProcess.virtualMemory) { $0.sample.virtualBytes },
        Row(AgentProcess.openFiles) { $0.openFiles },
        Row(AgentProcess.maxFiles) { $0.maxFiles },
        Row(AgentProcess.startTime) { $0.startTime },
    ]

    static func start(in reading: Reading) -> Double? { reading.began }

    private let process: WatchedProcess
    private let limits: ProcFile?

    init?(_ subject: HostSubject) {
        guard let process = subject.process else { return nil }
        self.process = process
        limits = try? process.file("limits")
    }

    func read(at now: Moment) throws(LinuxError) -> Reading {
        Reading(
            sample: try process.sample(at: now.monotonic),
            openFiles: try? ProcessDescriptors.count(of: process, countingAtMost: SamplingLimits.descriptors.value).number,
            maxFiles: limits.flatMap { try? $0.read { ProcessDescriptors.softLimit($0) } }, startTime: process.startTime,
            began: process.firstStartTime)
    }
}
