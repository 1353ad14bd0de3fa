package import ApusProbes
package import Logging

/// Whether the agent asks its probes at their turns, which it says in the log when that begins and when it ends.
package struct ProbeLateness {
    private var isLate = false

    package init() {}

    /// Takes note of the probes that are overdue at a moment.
    package mutating func note(_ overdue: [ProbeID], _ logger: Logger) {
        guard overdue.isEmpty == isLate else { return }
        isLate.toggle()
        guard let first = overdue.first else { return logger.notice("\(Self.ending)") }
        logger.error("\(Self.beginning)", metadata: ["probes": "\(overdue.count)", "first": "\(first)"])
    }

    package static let beginning =
        "probes are not asked at their turns, and are served as down; see whether the host lacks CPU, or start the agent again"
    package static let ending = "all probes are asked at their turns again"
}
