import AgentMetrics
import ApusMetrics
import ApusProbes

/// What services answer that the agent's file has it ask for their health. Of one that is not well its answer is served too.
struct HTTPProbeSource: Source, ProbeKindSource {
    static let name = "probes-http"

    static let rows: [Row<WatchedProbes>] = [
        one(ProbedHTTP.statusCode) { $0.status },
        each(ProbedHTTP.state) { figures -> [(labels: HTTPHealthStateLabels, value: UInt64)] in
            guard let health = figures.health else { return [] }
            return ServiceHealth.allCases.map { (HTTPHealthStateLabels(status: $0), $0 == health ? 1 : 0) }
        },
        each(ProbedHTTP.phase) { figures in
            HTTPHealthPhase.allCases.compactMap { phase in
                figures.phases[phase].map { (HTTPHealthPhaseLabels(phase: phase), $0) }
            }
        },
    ]

    let subject: HostSubject

    static func figures(_ standing: ProbeStanding) -> HTTPHealthFigures? {
        if case .http(let figures)? = standing.figures { figures } else { nil }
    }
}
