import AgentMetrics
import ApusLinux
import ApusMetrics

/// The machine's memory and swap: /proc/meminfo.
struct HostMemorySource: Source {
    static let name = "host-memory"
    static let cadence = Cadence.scrape
    static let rows: [Row<HostMemory>] = [
        Row(Host.memoryTotal) { $0.total },
        Row(Host.memoryAvailable) { $0.available },
        Row(Host.memoryFree) { $0.free },
        Row(Host.buffers) { $0.buffers },
        Row(Host.cached) { $0.cached },
        Row(Host.swapTotal) { $0.swapTotal },
        Row(Host.swapFree) { $0.swapFree },
    ]

    private let file: ProcFile

    init?(_ subject: HostSubject) throws(LinuxError) { file = try subject.root.machineFile("meminfo") }

    func read(at now: Moment) throws(LinuxError) -> HostMemory {
        try file.read(capacity: 16_384) { HostMemory($0) }
    }
}
