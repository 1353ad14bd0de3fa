import AgentMetrics
import ApusLinux
import ApusMetrics
import ApusProbes

/// Gauges that the agent's file selects from databases, under the names that it gives them; of a probe that is down, none.
struct SQLProbeSource: Source {
    static let name = "probes-sql"
    static let cadence = Cadence.look
    static let rows: [Row<WatchedProbes>] = []

    private let subject: HostSubject

    init?(_ subject: HostSubject) {
        guard subject.probes != nil else { return nil }
        self.subject = subject
    }

    /// A row for each name that the file gives now.
    var configuredRows: [Row<WatchedProbes>] {
        var seen: Set<String> = []
        return Self.probes(subject, at: AgentClock.system.now()).standings.flatMap(\.declaration.gauges).filter {
            seen.insert($0.name).inserted
        }
        .map { family in Row.ofProbes(family) { standing, _ in Self.series(of: family.name, standing) } }
    }

    func read(at now: Moment) throws(LinuxError) -> WatchedProbes { Self.probes(subject, at: now) }

    private static func probes(_ subject: HostSubject, at now: Moment) -> WatchedProbes {
        WatchedProbes(subject, at: now) { $0.declaration.target.kind == .sql } ?? WatchedProbes(standings: [], now: now)
    }

    private static func series(
        of name: String, _ standing: ProbeStanding
    ) -> [(labels: [(String, String)], PointValue, Double?)] {
        guard case .gauges(let figures) = standing.figures, let gauge = figures.gauges.first(where: { $0.name == name }) else {
            return []
        }
        return gauge.series.map { series in (series.labels.map { ($0.name, $0.value) }, .double(series.value), nil) }
    }
}
