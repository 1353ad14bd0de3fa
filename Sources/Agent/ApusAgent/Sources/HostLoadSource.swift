import AgentMetrics
import ApusLinux
import ApusMetrics

/// The machine's load: /proc/loadavg.
struct HostLoadSource: Source {
    static let name = "host-load"
    static let cadence = Cadence.scrape

    /// Averages over 1, 5 and 15 minutes.
    struct Reading: Sendable {
        let one: Double
        let five: Double
        let fifteen: Double
    }

    static let rows: [Row<Reading>] = [
        Row(Host.load1) { $0.one }, Row(Host.load5) { $0.five }, Row(Host.load15) { $0.fifteen },
    ]

    private let file: ProcFile

    init?(_ subject: HostSubject) throws(LinuxError) { file = try subject.root.machineFile("loadavg") }

    func read(at now: Moment) throws(LinuxError) -> Reading {
        try file.read(capacity: 128) { bytes in
            let fields = bytes.split(separator: UInt8(ascii: " ")).prefix(3).compactMap {
                Double(String(decoding: $0, as: UTF8.self))
            }
            return fields.count == 3 ? Reading(one: fields[0], five: fields[1], fifteen: fields[2]) : nil
        }
    }
}
