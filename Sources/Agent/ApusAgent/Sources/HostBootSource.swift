import AgentMetrics
import ApusLinux
import ApusMetrics

/// Which boot of the machine this is, and how long it has lasted: /proc/sys/kernel/random/boot_id and /proc/uptime.
struct HostBootSource: Source {
    static let name = "host-boot"
    static let cadence = Cadence.scrape

    struct Reading: Sendable {
        let bootID: String
        /// Seconds.
        let uptime: Double
    }

    static let rows: [Row<Reading>] = [
        Row(Host.uptime) { $0.uptime }, .facts(Host.boot) { [BootLabels(bootID: $0.bootID)] },
    ]

    private let bootID: String
    private let file: ProcFile

    init?(_ subject: HostSubject) throws(LinuxError) {
        bootID = try subject.root.machineFile("sys/kernel/random/boot_id").read(capacity: 64) { bytes in
            String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        }
        file = try subject.root.machineFile("uptime")
    }

    func read(at now: Moment) throws(LinuxError) -> Reading {
        let uptime = try file.read(capacity: 128) { bytes in
            Double(String(decoding: bytes.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self))
        }
        return Reading(bootID: bootID, uptime: uptime)
    }
}
