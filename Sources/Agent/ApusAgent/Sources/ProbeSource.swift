import AgentMetrics
import ApusLinux
import ApusMetrics
import ApusProbes

/// How probes are: up or down, how long they take, and why they fail. What each kind finds out is served by sources of their own.
struct ProbeSource: Source {
    static let name = "probes"
    static let cadence = Cadence.look

    static let rows: [Row<WatchedProbes>] = [
        one(Probe.up) { standing, _ in standing.isUp.map { $0 ? 1 : 0 } },
        one(Probe.overdue) { standing, _ in standing.isOverdue ? 1 : 0 },
        one(Probe.duration) { standing, _ in standing.duration },
        one(Probe.age) { standing, probes in standing.answeredAt.map { probes.age(of: $0) } },
        Row.ofProbes(Probe.certificateEnd) { standing, _ -> [(labels: ProbeCertificateLabels, value: Double)] in
            guard let ends = standing.figures?.certificates else { return [] }
            let kind = standing.declaration.target.kind
            return [(ProbeCertificate.leaf, Optional(ends.leaf)), (.chain, ends.chain)].compactMap { certificate, end in
                end.map { (ProbeCertificateLabels(probe: kind, certificate: certificate), $0) }
            }
        },
        Row.ofProbeCounters(Probe.failures) { standing, _ -> [(labels: ProbeFailureLabels, value: UInt64, began: Double?)] in
            ProbeFailureReason.allCases.map { reason in
                (
                    ProbeFailureLabels(probe: standing.declaration.target.kind, reason: reason),
                    standing.failures[reason] ?? 0, standing.began
                )
            }
        },
    ]

    private let subject: HostSubject

    init?(_ subject: HostSubject) {
        guard subject.probes != nil else { return nil }
        self.subject = subject
    }

    func read(at now: Moment) throws(LinuxError) -> WatchedProbes {
        WatchedProbes(subject, at: now) ?? WatchedProbes(standings: [], now: now)
    }

    /// One series of each probe that has a value.
    private static func one(
        _ declaration: Gauge<ProbeLabels>, _ value: @escaping @Sendable (ProbeStanding, WatchedProbes) -> Double?
    ) -> Row<WatchedProbes> {
        Row.ofProbes(declaration) { standing, probes -> [(labels: ProbeLabels, value: Double)] in
            guard let value = value(standing, probes) else { return [] }
            return [(ProbeLabels(probe: standing.declaration.target.kind), value)]
        }
    }
}
