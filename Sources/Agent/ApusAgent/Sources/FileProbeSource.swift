import AgentMetrics
import ApusMetrics
import ApusProbes

/// What there is of files that are probed; of a probe that is down, nothing.
struct FileProbeSource: Source, ProbeKindSource {
    static let name = "probes-file"

    static let rows: [Row<WatchedProbes>] = [
        age(ProbedFiles.age) { $0.age(at: $1) },
        age(ProbedFiles.oldestAge) { $0.oldestAge(at: $1) },
        one(ProbedFiles.modified) { $0.modified },
        one(ProbedFiles.size) { Double($0.size) },
        one(ProbedFiles.count) { Double($0.count) },
    ]

    let subject: HostSubject

    static func figures(_ standing: ProbeStanding) -> FileFigures? {
        if case .file(let figures)? = standing.figures { figures } else { nil }
    }

    /// An age as of the scrape, in seconds: it grows between two attempts.
    private static func age(
        _ gauge: Gauge<NoLabels>, _ value: @escaping @Sendable (FileFigures, _ realtime: Double) -> Double
    ) -> Row<WatchedProbes> {
        Row.ofProbes(gauge) { standing, probes -> [(labels: NoLabels, value: Double)] in
            figures(standing).map { [(NoLabels(), value($0, probes.now.realtime))] } ?? []
        }
    }
}
