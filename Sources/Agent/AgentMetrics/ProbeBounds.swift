import ApusMetrics

/// What an agent takes of probes, for the agent that refuses more and for those who describe what it is to ask.
package enum ProbeBounds {
    /// The number of probes in the file of an agent.
    package static let probes = 256

    /// The number of probes among them that an agent asks by processes of their own.
    package static let processes = 64

    /// The memory that a unit must have for each process of a probe, beside that of the agent, in bytes.
    ///
    /// A process may take more for a moment. When the memory of all is not enough, the kernel ends the largest of these processes, and
    /// its probe fails once.
    package static let processMemory = 3 * 1_048_576

    /// The times that may pass from one attempt of a probe to its next one.
    package static let intervals = Duration.seconds(1)...Duration.seconds(3600)
    package static let usualInterval = Duration.seconds(15)

    /// The times that an attempt may take.
    package static let timeouts = Duration.milliseconds(100)...Duration.seconds(60)
    package static let usualTimeout = Duration.seconds(5)

    /// The number of gauges of one probe.
    package static let gauges = 32

    /// The number of bytes of a query.
    package static let queryBytes = 4096

    /// The number of labels that a query may give its gauge.
    package static let labels = 16

    /// Whether a column of a query can be a label: its name is none that every series of the agent has, or that Prometheus gives a meaning.
    package static func isLabel(_ name: String) -> Bool {
        MetricName.isLegalLabel(name) && !name.hasPrefix("__") && !reservedLabels.contains(name)
    }

    private static let reservedLabels: Set = ["service", "instance", "probe", "job", "le", "quantile"]
}

extension ProbeKind {
    /// Whether the agent asks by a process of its own, as what asks blocks, or can be made large by what it is answered.
    package var hasProcess: Bool {
        switch self {
        case .postgresql, .pgbouncer, .sql, .file: true
        case .rabbitmq, .redis, .http, .tcp, .unix: false
        }
    }
}

/// A shared library that an agent loads when a probe first needs it.
package enum ProbeLibrary: String, CaseIterable, Sendable {
    case postgresql = "libpq.so.5"
    case sqlite = "libsqlite3.so.0"

    /// The package of Debian that has the library.
    package var package: String {
        switch self {
        case .postgresql: "libpq5"
        case .sqlite: "libsqlite3-0"
        }
    }
}
