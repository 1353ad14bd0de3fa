public import ApusPromQL

/// Why dashboards cannot be written: what is wrong, in which dashboard or panel, and the remedy.
public enum DashboardError: Error, Hashable, Sendable {
    /// A dashboard or panel holds what Grafana would refuse or what would mislead.
    case faulty(place: String, fault: DashboardFault)
    /// A panel has expressions that Prometheus would refuse or that would mislead.
    case faultyQuery(place: String, findings: [PromQLFinding])
    /// A legend names a label that its query's result does not have.
    case unknownLabel(String, place: String)
    /// Two dashboards have the same name, title or uid; the kind says which.
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
