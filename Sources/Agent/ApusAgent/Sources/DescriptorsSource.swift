import AgentMetrics
import ApusLinux
import ApusMetrics

/// How many descriptors an instance's process has open: /proc/PID/fd.
struct DescriptorsSource: Source {
    static let name = "descriptors"
    static let cadence = Cadence.scrape
    static let rows: [Row<UInt64>] = [Row(ServiceProcess.openFiles) { Double($0) }]

    private let process: WatchedProcess

    init?(_ subject: InstanceSubject) throws(LinuxError) {
        guard let process = try subject.watched() else { return nil }
        self.process = process
    }

    func read(at now: Moment) throws(LinuxError) -> UInt64 { try ProcessDescriptors.count(of: process) }
}
