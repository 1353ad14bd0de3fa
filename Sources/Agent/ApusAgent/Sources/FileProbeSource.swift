import AgentMetrics
import ApusLinux
import ApusMetrics
import ApusProbes

/// What there is of files that are probed; of a probe that is down, nothing.
struct FileProbeSource: Source {
    static let name = "probes-file"
    static let cadence = Cadence.look

    static let rows: [Row<WatchedProbes>] = [
        // The age as of the scrape: it grows between two attempts.
        one(ProbedFiles.age) { $0.age(at: $1.now.realtime) },
        one(ProbedFiles.oldestAge) { $0.oldestAge(at: $1.now.realtime) },
        one(ProbedFiles.modified) { figures, _ in figures.modified },
        one(ProbedFiles.size) { figures, _ in Double(figures.size) },
        one(ProbedFiles.count) { figures, _ in Double(figures.count) },
    ]

    private let subject: HostSubject

    init?(_ subject: HostSubject) {
        guard subject.probes != nil else { return nil }
        self.subject = subject
    }

    func read(at now: Moment) throws(LinuxError) -> WatchedProbes {
        WatchedProbes(subject, at: now) { $0.declaration.target.kind == .file } ?? WatchedProbes(standings: [], now: now)
    }

    private static func one(
        _ gauge: Gauge<NoLabels>, _ value: @escaping @Sendable (FileFigures, WatchedProbes) -> Double
    ) -> Row<WatchedProbes> {
        Row.ofProbes(gauge) { standing, probes -> [(labels: NoLabels, value: Double)] in
            guard case .file(let figures) = standing.figures else { return [] }
            return [(NoLabels(), value(figures, probes))]
        }
    }
}
