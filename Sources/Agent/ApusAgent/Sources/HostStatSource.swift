import AgentMetrics
import ApusLinux
import ApusMetrics

/// What the machine's processors have done, and what was made on it: /proc/stat.
struct HostStatSource: Source {
    static let name = "host-stat"
    static let cadence = Cadence.scrape

    struct Reading: Sendable {
        let stat: HostStat
        let ticksPerSecond: Double
    }

    static let rows: [Row<Reading>] =
        [Row(Host.processors) { $0.stat.processors > 0 ? $0.stat.processors : nil }]
        + HostCPUMode.allCases.enumerated().map { place, mode in
            Row(Host.cpu, HostCPUModeLabels(mode: mode)) { reading in
                reading.stat.ticks.map { Double($0[place]) / reading.ticksPerSecond }
            }
        } + [
            number(Host.contextSwitches, \.contextSwitches), number(Host.forks, \.forks), number(Host.running, \.running),
            number(Host.blocked, \.blocked), number(Host.bootTime, \.bootTime),
        ]

    private static func number(
        _ declaration: some MetricDeclaration<NoLabels>, _ field: any KeyPath<HostStat, Int64?> & Sendable
    ) -> Row<Reading> {
        Row(declaration) { $0.stat[keyPath: field] }
    }

    static func start(in reading: Reading) -> Double? { reading.stat.bootTime.map { Double($0) } }

    private let file: ProcFile
    private let ticksPerSecond: Double
    private var last: HostStat?

    init?(_ subject: HostSubject) throws(LinuxError) {
        file = try subject.root.machineFile("stat")
        ticksPerSecond = subject.root.ticksPerSecond
    }

    mutating func read(at now: Moment) throws(LinuxError) -> Reading {
        let stat = try file.read(capacity: HostStat.capacity) { HostStat($0) }
            .goingOn(from: last, second: ticksPerSecond)
        last = stat
        return Reading(stat: stat, ticksPerSecond: ticksPerSecond)
    }
}
