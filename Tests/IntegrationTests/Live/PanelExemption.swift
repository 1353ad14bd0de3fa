import ApusPromQL

/// A metric that no server of the test has, and why.
struct PanelExemption {
    /// A name, or the beginning of names when it ends with an underscore.
    let metric: String
    let reason: String

    func excuses(_ expression: PromQLExpression) -> Bool {
        expression.metricNames.contains { metric.hasSuffix("_") ? $0.hasPrefix(metric) : $0 == metric }
    }

    static let all: [PanelExemption] = [
        PanelExemption(metric: "pgbouncer_", reason: "no package has pgbouncer's exporter")
    ]
}

extension PromQLExpression {
    /// Of all selectors.
    var metricNames: [String] {
        switch form {
        case .selector(let selector), .range(let selector, _): [selector.name].compactMap(\.self)
        default: form.parts.flatMap(\.metricNames)
        }
    }
}
