public import ApusPromQL

/// Why a file cannot be generated: what is wrong in which alert or panel, and the remedy.
public enum GenerationError: Error, Hashable, Sendable {
    /// Expressions that their consumer would refuse or that would mislead, by the alert or panel they stand in.
    case faultyQuery(place: String, faults: [QueryFault])
    /// A text names a label that its expression's result does not have.
    case unknownLabel(String, place: String)
    case repeatedName(String, kind: String)
    /// What Grafana would refuse, by the dashboard and panel.
    case faultyDashboard(place: String, fault: DashboardFault)
}

extension GenerationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .faultyQuery(let place, let faults):
            "\(place): " + faults.map(\.description).joined(separator: "; ")
        case .unknownLabel(let label, let place):
            "\(place): its text names the label \(label), which the result of its query does not have: keep it in the grouping"
        case .repeatedName(let name, let kind):
            "\(kind) “\(name)” is there twice: rename one"
        case .faultyDashboard(let place, let fault): "\(place): \(fault)"
        }
    }
}
