import AgentMetrics
import ApusText

/// What `/health/detailed` answers, in the form of the draft for `application/health+json`.
struct ChecksDocument {
    let checks: [HealthFinding]
    /// When they were made.
    private let time: String

    init(checks: [HealthFinding], at now: Moment) {
        self.checks = checks
        time = TimeText.iso8601(now.realtime)
    }

    /// The worst of them.
    var status: HealthDocument.Status { status(withSubjects: true) }

    /// The worst of them, with or without those of instances and groups, for who looks at these himself.
    func status(withSubjects: Bool) -> HealthDocument.Status {
        let counted = withSubjects ? checks : checks.filter { !AgentChecks.ofSubjects.contains($0.name) }
        return counted.map(\.status).max { $0.number < $1.number } ?? .pass
    }

    var text: [UInt8] {
        var writer = JSONBytes(capacity: 4096)
        writer.object { writer in
            writer.member("status", status.rawValue)
            writer.member("version", "1")
            writer.member("releaseId", productVersion)
            writer.member("serviceId", "apus-agent")
            writer.name("notes")
            writer.array { _ in }
            writer.name("checks")
            writer.object { writer in
                for check in checks {
                    writer.name("\(check.name):\(check.measurement)")
                    writer.array { $0.object { write(check, to: &$0) } }
                }
            }
        }
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private func write(_ check: HealthFinding, to writer: inout JSONBytes) {
        writer.member("componentType", "component")
        writer.member("observedValue", check.value.map { ($0 * 1000).rounded() / 1000 })
        writer.member("observedUnit", check.value == nil ? nil : check.unit)
        writer.member("status", check.status.rawValue)
        writer.member("time", time)
        writer.member("output", check.output)
    }
}
