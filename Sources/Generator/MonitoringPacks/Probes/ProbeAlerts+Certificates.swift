import AgentMetrics
import ApusPromQL
import ApusTopology

extension ProbeAlerts {
    typealias CertificateKey = SeriesKey<NamedProbe.CertificateLabels.Key>

    /// The time until the certificate of each server ends that shows one.
    static var timeToCertificateEnd: InstantVector<CertificateKey> {
        NamedProbe.certificateEnd.series.matching(.label(.certificate), ProbeCertificate.leaf.rawValue).value - QueryScalar.time
    }

    /// Fires some days before the certificate of a server ends, from when on its probe fails.
    var probedCertificateEnds: Alert {
        let limit = fleet.thresholds[Threshold.certificateExpiry]
        let name: LabelText<CertificateKey> = names.isEmpty ? "" : "\(.label(.name), after: " “", before: "”")"
        let (quiet, bad) = (limit.value * 1.0008, limit.value * 0.9996)
        func end(_ certificate: ProbeCertificate, _ course: InputCourse) -> AlertInput {
            AlertInput(
                NamedProbe.certificateEnd,
                [
                    .service: "service", .instance: "one", .label(.probe): ProbeKind.tcp.rawValue,
                    .label(.certificate): certificate.rawValue,
                ], course)
        }
        return Alert(
            .probedCertificateEnds, when: Self.timeToCertificateEnd, below: limit,
            summary: "A certificate ends soon.",
            description:
                "The certificate that \(.instance) of \(.service) shows to its \(.label(.probe)) probe\(name) ends in \(value: .duration).",
            runbook: Runbook(
                meaning: "The server's own certificate ends before `Thresholds.certificateExpiry` is over.",
                impact: "From then on its clients refuse to connect, and its probe is down with the reason `tls`.",
                queries: [.init("When certificates end", NamedProbe.certificateEnd.series.value)],
                actions: [
                    "Look at it: `openssl s_client -connect HOST:PORT </dev/null | openssl x509 -noout -subject -dates`.",
                    "Renew it, and let the server read it; the next attempt of the probe sees the new one.",
                ]),
            // Another certificate that the server shows may end, which is no news of its own.
            inputs: [end(.leaf, .level(quiet: quiet, bad: bad)), end(.chain, .constant(bad))])
    }
}

extension Fleet {
    /// Whether an agent tells when certificates end of what it asks.
    var showsProbedCertificates: Bool { probes.contains { $0.target.showsCertificate } }
}
