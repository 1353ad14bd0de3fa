public import ApusMetrics

/// How what the agent asks from outside answers: servers, services, sockets and files that its configuration file names.
public enum Probe: MetricSubsystem {
    public static let up = Gauge<ProbeLabels>(
        "apus_probe_up", "1 when the last attempt of the probe had its answer in time, else 0; absent before the first one.")
    public static let overdue = Gauge<ProbeLabels>(
        "apus_probe_overdue", "1 while the agent has not asked the probe for more than two of its turns, else 0.")
    public static let duration = Gauge<ProbeLabels>(
        "apus_probe_duration_seconds", "Time that the last attempt of the probe took, also of one that failed.")
    public static let age = Gauge<ProbeLabels>(
        "apus_probe_age_seconds", "Time since the last answer of the probe; absent while there was none.")
    public static let failures = Counter<ProbeFailureLabels>(
        "apus_probe_failures_total",
        "Attempts of the probe that had no answer, or no answer to a part of what was asked, by reason.")
    public static let certificateEnd = Gauge<ProbeCertificateLabels>(
        "apus_probe_certificate_expiry_timestamp_seconds",
        "When the certificate that the server shows ends, and when the first of all that it shows does, in seconds since the Unix epoch."
    )

    public static let title = "Probes"
    public static let origin = MetricOrigin.probe
    public static let families = [
        up.family, overdue.family, duration.family, age.family, failures.family, certificateEnd.family,
    ]
}

/// What a probe asks; the word is the key of the agent's file and the value of the label `probe`.
public enum ProbeKind: String, CaseIterable, Sendable {
    case postgresql, pgbouncer, rabbitmq, redis, sql, http, tcp, unix, file
}

/// Why an attempt of a probe has no answer.
public enum ProbeFailureReason: String, CaseIterable, Sendable {
    /// The name of the host leads to no address.
    case resolve
    /// Nothing takes the connection, or it ends before the answer.
    case connection
    /// The answer was not whole in its time.
    case timeout
    /// No TLS comes about, or the certificate is not to be trusted.
    case tls
    /// The server does not take the user, the password or what they may do.
    case authentication
    /// What was sent is no answer of such a server.
    case content
    /// The answer is larger than one may be.
    case limit
    /// The server answers that it cannot do what is asked, or that it is not well.
    case status
    /// A file or a library that the probe needs is not there or may not be read.
    case file
    /// The agent itself could not ask: it lacks descriptors, memory or processes.
    case agent
}

/// Which certificate is meant that a server shows.
public enum ProbeCertificate: String, CaseIterable, Sendable {
    /// The server's own.
    case leaf
    /// The one that ends first of all that were shown, the server's own among them.
    case chain
}

public struct ProbeLabels: LabelSet {
    public enum Key: String, LabelKey { case probe }
    public let probe: ProbeKind
    public init(probe: ProbeKind) { self.probe = probe }
    public subscript(key: Key) -> String { probe.rawValue }
}

public struct ProbeFailureLabels: LabelSet {
    public enum Key: String, LabelKey { case probe, reason }
    public let probe: ProbeKind
    public let reason: ProbeFailureReason
    public init(probe: ProbeKind, reason: ProbeFailureReason) {
        self.probe = probe
        self.reason = reason
    }
    public subscript(key: Key) -> String {
        switch key {
        case .probe: probe.rawValue
        case .reason: reason.rawValue
        }
    }
}

public struct ProbeCertificateLabels: LabelSet {
    public enum Key: String, LabelKey { case probe, certificate }
    public let probe: ProbeKind
    public let certificate: ProbeCertificate
    public init(probe: ProbeKind, certificate: ProbeCertificate) {
        self.probe = probe
        self.certificate = certificate
    }
    public subscript(key: Key) -> String {
        switch key {
        case .probe: probe.rawValue
        case .certificate: certificate.rawValue
        }
    }
}
