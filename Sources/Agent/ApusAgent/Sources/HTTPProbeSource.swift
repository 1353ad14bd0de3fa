import AgentMetrics
import ApusLinux
import ApusMetrics
import ApusProbes

/// What services answer that the agent's file has it ask for their health. Of one that is not well its answer is served too.
struct HTTPProbeSource: Source {
    static let name = "probes-http"
    static let cadence = Cadence.look

    static let rows: [Row<WatchedProbes>] = [
        Row.ofProbes(ProbedHTTP.statusCode) { standing, _ -> [(labels: NoLabels, value: Int)] in
            figures(standing).map { [(NoLabels(), $0.status)] } ?? []
        },
        Row.ofProbes(ProbedHTTP.state) {
            standing, _ -> [(labels: HTTPHealthStateLabels, value: UInt64)] in
            guard let health = figures(standing)?.health else { return [] }
            return ServiceHealth.allCases.map {
                (HTTPHealthStateLabels(status: $0), $0 == health ? 1 : 0)
            }
        },
        Row.ofProbes(ProbedHTTP.phase) {
            standing, _ -> [(labels: HTTPHealthPhaseLabels, value: Double)] in
            guard let phases = figures(standing)?.phases else { return [] }
            return HTTPHealthPhase.allCases.compactMap { phase in
                phases[phase].map { (HTTPHealthPhaseLabels(phase: phase), $0) }
            }
        },
    ]

    private let subject: HostSubject

    init?(_ subject: HostSubject) {
        guard subject.probes != nil else { return nil }
        self.subject = subject
    }

    func read(at now: Moment) throws(LinuxError) -> WatchedProbes {
        WatchedProbes(subject, at: now, where: { Self.figures($0) != nil })
            ?? WatchedProbes(standings: [], now: now)
    }

    private static func figures(_ standing: ProbeStanding) -> HTTPHealthFigures? {
        if case .http(let figures)? = standing.figures { figures } else { nil }
    }
}
