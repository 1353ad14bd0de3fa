import AgentMetrics
import ApusLinux
import ApusMetrics

/// CPU time, memory and threads of an instance's process: /proc/PID/stat.
struct StatSource: Source {
    static let name = "stat"
    static let cadence = Cadence.scrape

    struct Reading: Sendable {
        let sample: ProcessSample
        /// Percent of one core over the last sampling interval.
        let cpuPercent: Double
        /// The largest resident memory since the tick before last, in bytes.
        let residentPeak: UInt64
        /// Seconds since the Unix epoch; `nil` where the kernel does not say when it booted.
        let startTime: Double?
        /// Seconds.
        let uptime: Double
    }

    static let rows: [Row<Reading>] = [
        Row(ServiceProcess.cpu, CPUModeLabels(mode: .user)) { $0.sample.userSeconds },
        Row(ServiceProcess.cpu, CPUModeLabels(mode: .system)) { $0.sample.systemSeconds },
        Row(ServiceProcess.childrenCPU, CPUModeLabels(mode: .user)) { $0.sample.childrenUserSeconds },
        Row(ServiceProcess.childrenCPU, CPUModeLabels(mode: .system)) { $0.sample.childrenSystemSeconds },
        Row(ServiceProcess.residentMemory) { Double($0.sample.residentBytes) },
        Row(ServiceProcess.peakResidentMemory) { Double($0.residentPeak) },
        Row(ServiceProcess.virtualMemory) { Double($0.sample.virtualBytes) },
        Row(ServiceProcess.threads) { Double($0.sample.threads) },
        Row(ServiceProcess.startTime) { $0.startTime },
        Row(Contract.cpuUsage) { $0.cpuPercent },
        Row(Contract.memoryUsage) { Double($0.sample.residentBytes) },
        Row(Contract.uptime) { $0.uptime },
    ]

    private let process: WatchedProcess
    private let interval: UInt64
    private var window: CPUWindow?
    private var peak: UInt64 = 0
    private var previousPeak: UInt64 = 0

    init?(_ subject: InstanceSubject) throws(LinuxError) {
        guard let process = try subject.watched() else { return nil }
        self.process = process
        interval = subject.interval
    }

    mutating func read(at now: Moment) throws(LinuxError) -> Reading {
        let sample = try process.sample(at: now.monotonic)
        let window = self.window ?? CPUWindow(interval: interval, start: sample)
        self.window = window
        peak = max(peak, sample.residentBytes)
        return Reading(
            sample: sample, cpuPercent: window.percent(at: sample), residentPeak: max(peak, previousPeak),
            startTime: process.startTime, uptime: process.uptime(at: now.sinceBoot))
    }

    mutating func tick(_ reading: Reading) {
        window?.tick(reading.sample)
        previousPeak = peak
        peak = reading.sample.residentBytes
    }
}
