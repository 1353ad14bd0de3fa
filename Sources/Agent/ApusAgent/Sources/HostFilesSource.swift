import AgentMetrics
import ApusLinux
import ApusMetrics

/// How many files are open on the machine, and how many may be: /proc/sys/fs/file-nr.
struct HostFilesSource: Source {
    static let name = "host-files"
    static let cadence = Cadence.scrape

    struct Reading: Sendable {
        let open: UInt64
        let most: UInt64
    }

    static let rows: [Row<Reading>] = [
        Row(Host.openFiles) { $0.open }, Row(Host.maxFiles) { $0.most },
    ]

    private let file: ProcFile

    init?(_ subject: HostSubject) throws(LinuxError) { file = try subject.root.machineFile("sys/fs/file-nr") }

    func read(at now: Moment) throws(LinuxError) -> Reading {
        try file.read(capacity: 128) { bytes in
            // The one between is 0 since Linux 2.6.
            let fields = bytes.split { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\n") }.compactMap {
                UInt64(String(decoding: $0, as: UTF8.self))
            }
            return fields.count == 3 ? Reading(open: fields[0], most: fields[2]) : nil
        }
    }
}
