public import ApusPromQL

/// Why dashboards cannot be written: what is wrong, in which dashboard or panel, and the remedy.
public enum DashboardError: Error, Hashable, Sendable {
    /// What Grafana would refuse or what would mislead, by the dashboard and panel.
    case faulty(place: String, fault: DashboardFault)
    /// Expressions that Prometheus would refuse or that would mislead, by the panel they stand in.
    case faultyQuery(place: String, findings: [PromQLFinding])
    /// A legend names a label that its query's result does not have.
    case unknownLabel(String, place: String)
    /// A name, title or uid that two dashboards have; the kind says which.
    case repeatedName(String, kind: String)
}

extension DashboardError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .faulty(let place, let fault): "\(place): \(fault)"
        case .faultyQuery(let place, let findings): "\(place): " + findings.map(\.message).joined(separator: "; ")
        case .unknownLabel(let label, let place):
            "\(place): its text names the label \(label), which the result of its query does not have: keep it in the grouping"
        case .repeatedName(let name, let kind): "\(kind) “\(name)” is there twice: rename one"
        }
    }
}
