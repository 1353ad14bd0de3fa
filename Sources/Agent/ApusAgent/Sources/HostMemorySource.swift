import AgentMetrics
import ApusLinux
import ApusMetrics

/// The machine's memory and swap: /proc/meminfo.
struct HostMemorySource: Source {
    static let name = "host-memory"
    static let cadence = Cadence.scrape
    static let rows: [Row<HostMemory>] = [
        Row(Host.memoryTotal) { $0.total.map { Double($0) } },
        Row(Host.memoryAvailable) { $0.available.map { Double($0) } },
        Row(Host.memoryFree) { $0.free.map { Double($0) } },
        Row(Host.buffers) { $0.buffers.map { Double($0) } },
        Row(Host.cached) { $0.cached.map { Double($0) } },
        Row(Host.swapTotal) { $0.swapTotal.map { Double($0) } },
        Row(Host.swapFree) { $0.swapFree.map { Double($0) } },
    ]

    private let file: ProcFile

    init?(_ subject: HostSubject) throws(LinuxError) { file = try ProcFile("\(subject.root.proc)/meminfo") }

    func read(at now: Moment) throws(LinuxError) -> HostMemory {
        try file.read(capacity: 16_384) { HostMemory($0) }
    }
}
