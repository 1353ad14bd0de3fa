import AgentMetrics
import ApusMetrics

/// Series of probes as alerts and panels ask for them: with the label `name`, which all series of a probe have that has a name.
///
/// An agent declares them without it, as it has it from its file, like `service` and `instance`.
enum NamedProbe {
    static let up = Gauge<Labels>(Probe.up.name, Probe.up.family.help)
    static let overdue = Gauge<Labels>(Probe.overdue.name, Probe.overdue.family.help)
    static let duration = Gauge<Labels>(Probe.duration.name, Probe.duration.family.help)
    static let age = Gauge<Labels>(Probe.age.name, Probe.age.family.help)
    static let failures = Counter<FailureLabels>(Probe.failures.name, Probe.failures.family.help)
    static let certificateEnd = Gauge<CertificateLabels>(Probe.certificateEnd.name, Probe.certificateEnd.family.help)
    static let fileAge = Gauge<FileLabels>(ProbedFiles.age.name, ProbedFiles.age.family.help)
    static let fileSize = Gauge<FileLabels>(ProbedFiles.size.name, ProbedFiles.size.family.help)

    struct Labels: LabelSet {
        enum Key: String, LabelKey { case probe, name }
        let probe: ProbeKind
        let name: String
        subscript(key: Key) -> String {
            switch key {
            case .probe: probe.rawValue
            case .name: name
            }
        }
    }

    struct FailureLabels: LabelSet {
        enum Key: String, LabelKey { case probe, reason, name }
        let probe: ProbeKind
        let reason: ProbeFailureReason
        let name: String
        subscript(key: Key) -> String {
            switch key {
            case .probe: probe.rawValue
            case .reason: reason.rawValue
            case .name: name
            }
        }
    }

    struct CertificateLabels: LabelSet {
        enum Key: String, LabelKey { case probe, certificate, name }
        let probe: ProbeKind
        let certificate: ProbeCertificate
        let name: String
        subscript(key: Key) -> String {
            switch key {
            case .probe: probe.rawValue
            case .certificate: certificate.rawValue
            case .name: name
            }
        }
    }

    struct FileLabels: LabelSet {
        enum Key: String, LabelKey { case name }
        let name: String
        subscript(key: Key) -> String { name }
    }
}
