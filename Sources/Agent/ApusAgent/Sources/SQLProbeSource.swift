import AgentMetrics
import ApusMetrics
import ApusProbes

/// Gauges that the agent's file selects from databases, under the names that it gives them; of a probe that is down, none.
struct SQLProbeSource: Source, ProbeKindSource {
    static let name = "probes-sql"
    static let rows: [Row<WatchedProbes>] = []

    let subject: HostSubject

    /// A row for each name that has figures.
    func configuredRows(in reading: WatchedProbes) -> [Row<WatchedProbes>] {
        var seen: Set<String> = []
        return reading.standings.flatMap(\.declaration.gauges).filter { seen.insert($0.name).inserted }
            .map { family in Row.ofProbes(family) { standing, _ in Self.series(of: family.name, standing) } }
    }

    static func figures(_ standing: ProbeStanding) -> SQLFigures? {
        if case .gauges(let figures)? = standing.figures { figures } else { nil }
    }

    private static func series(
        of name: String, _ standing: ProbeStanding
    ) -> [(labels: [(String, String)], PointValue, Double?)] {
        guard let gauge = figures(standing)?.gauges.first(where: { $0.name == name }) else { return [] }
        return gauge.series.map { series in (series.labels.map { ($0.name, $0.value) }, .double(series.value), nil) }
    }
}
