import AgentMetrics
import ApusLimits
import ApusLinux
import ApusMetrics

/// How many descriptors an instance's process has open: /proc/PID/fd.
///
/// Where the kernel says it in one number (since Linux 6.2, on the machine itself), each scrape asks. Elsewhere the entries are counted,
/// at each turn of the sampling loop and no more often: a process with half a million of them would hold up every scrape.
struct DescriptorsSource: Source {
    static let name = "descriptors"
    static let cadence = Cadence.scrape
    static let rows: [Row<UInt64>] = [Row(ServiceProcess.openFiles) { $0 }]

    private let process: WatchedProcess
    /// Nanoseconds between two turns of the sampling loop.
    private let interval: UInt64
    /// What was counted entry by entry last, and when.
    private var counted: (number: UInt64, at: UInt64)?
    /// The folder of descriptors, kept open; `nil` where that cannot be, or there are few descriptors.
    private let folder: DescriptorFolder?

    init?(_ subject: InstanceSubject) throws(LinuxError) {
        guard let process = try subject.watched() else { return nil }
        self.process = process
        interval = subject.interval
        folder = DescriptorLimit.isAmple ? (try? DescriptorFolder(of: process)) ?? nil : nil
    }

    mutating func read(at now: Moment) throws(LinuxError) -> UInt64 {
        // A turn may begin a little sooner after the one before.
        if let counted, now.monotonic - min(now.monotonic, counted.at) < interval / 10 * 9 { return counted.number }
        // The folder says nothing of a process that has ended, or whose first thread has.
        if counted == nil, let number = (try? folder?.count()) ?? nil { return number }
        let count = try ProcessDescriptors.count(of: process, countingAtMost: SamplingLimits.descriptors.value)
        counted = count.isCounted ? (count.number, now.monotonic) : nil
        return count.number
    }
}
