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
        /// When its counts began, whatever the clock was set to since, in seconds since the Unix epoch.
        var began: Double?
    }

    static let rows: [Row<Reading>] = [
        Row(ServiceProcess.cpu, CPUModeLabels(mode: .user)) { $0.sample.userSeconds },
        Row(ServiceProcess.cpu, CPUModeLabels(mode: .system)) { $0.sample.systemSeconds },
        Row(ServiceProcess.childrenCPU, CPUModeLabels(mode: .user)) { $0.sample.childrenUserSeconds },
        Row(ServiceProcess.childrenCPU, CPUModeLabels(mode: .system)) { $0.sample.childrenSystemSeconds },
        Row(ServiceProcess.residentMemory) { $0.sample.residentBytes },
        Row(ServiceProcess.peakResidentMemory) { $0.residentPeak },
        Row(ServiceProcess.virtualMemory) { $0.sample.virtualBytes },
        Row(ServiceProcess.threads) { $0.sample.threads },
        Row(ServiceProcess.startTime) { $0.startTime },
        Row(Contract.cpuUsage) { $0.cpuPercent },
        Row(Contract.memoryUsage) { $0.sample.residentBytes },
        Row(Contract.uptime) { $0.uptime },
    ]

    private let process: WatchedProcess
    private var window: SampleWindow

    init?(_ subject: InstanceSubject) throws(LinuxError) {
        guard let process = try subject.watched() else { return nil }
        self.process = process
        window = SampleWindow(interval: subject.interval)
    }

    static func start(in reading: Reading) -> Double? { reading.began }

    mutating func read(at now: Moment) throws(LinuxError) -> Reading {
        var reading = window.reading(
            try process.sample(at: now.monotonic), startTime: process.startTime, uptime: process.uptime(at: now.sinceBoot))
        reading.began = process.firstStartTime
        return reading
    }

    mutating func tick(_ reading: Reading) { window.tick(reading.sample) }
}

/// What follows from samples of a process, or of several taken together, over time.
struct SampleWindow: Sendable {
    private let interval: UInt64
    private var window: CPUWindow?
    private var peak: UInt64 = 0
    private var previousPeak: UInt64 = 0

    /// - Parameter interval: nanoseconds between two turns of the sampling loop.
    init(interval: UInt64) { self.interval = interval }

    mutating func reading(_ sample: ProcessSample, startTime: Double?, uptime: Double) -> StatSource.Reading {
        let window = self.window ?? CPUWindow(interval: interval, start: sample)
        self.window = window
        peak = max(peak, sample.residentBytes)
        return StatSource.Reading(
            sample: sample, cpuPercent: window.percent(at: sample), residentPeak: max(peak, previousPeak), startTime: startTime,
            uptime: uptime)
    }

    mutating func tick(_ sample: ProcessSample) {
        window?.tick(sample)
        previousPeak = peak
        peak = sample.residentBytes
    }
}
