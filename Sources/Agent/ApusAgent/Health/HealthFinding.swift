import AgentMetrics

/// One thing that is checked of the agent, at a moment.
struct HealthFinding: Sendable {
    /// The label of its series.
    let name: String
    /// What is measured, such as `age`.
    let measurement: String
    let status: HealthDocument.Status
    var value: Double?
    var unit: String?
    /// What is wrong, without a name of a host or a text from outside.
    var output: String?
}

extension HealthDocument.Status {
    /// Its number in the metric of checks.
    var number: Double {
        switch self {
        case .pass: 0
        case .warn: 1
        case .fail: 2
        }
    }
}
