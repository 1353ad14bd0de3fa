public import ApusPromQL

/// Why alerts and what follows from them cannot be written: what is wrong, in which alert or objective, and the remedy.
public enum RuleError: Error, Hashable, Sendable {
    /// Expressions that Prometheus would refuse or that would mislead, by the alert they stand in.
    case faultyQuery(place: String, findings: [PromQLFinding])
    /// A text names a label that its expression's result does not have.
    case unknownLabel(String, place: String)
    /// Two alerts have one name and the same labels.
    case repeatedName(String)
    /// Not in CamelCase.
    case illegalAlertName(String)
    /// A label of an alert that is the rule's own, or a template.
    case illegalAlertLabel(String, place: String)
    /// An inhibition names an alert that the fleet does not have.
    case inhibitionOfUnknownAlert(String, place: String)
    /// The alert's test would prove nothing.
    case unprovenAlert(String, reason: String)
    /// An objective's bound that no bucket of its histogram has.
    case boundOfNoBucket(objective: String, bound: Double, buckets: [Double], place: String)
    /// The fleet's version of a tool does not know something; the text says what, and since when it is known.
    case toolTooOld(String, place: String)
}

extension RuleError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .faultyQuery(let place, let findings): "\(place): " + findings.map(\.message).joined(separator: "; ")
        case .unknownLabel(let label, let place):
            "\(place): its text names the label \(label), which the result of its query does not have: keep it in the grouping"
        case .repeatedName(let name): "alert “\(name)” is there twice: rename one"
        case .illegalAlertName(let name):
            "alert name “\(name)” is illegal: use CamelCase, letters and digits with an upper-case letter first"
        case .illegalAlertLabel(let label, let place):
            "\(place): its label \(label) is the severity or a template: choose another name, and put values into the description"
        case .inhibitionOfUnknownAlert(let name, let place):
            "\(place): the inhibition names the alert \(name), which the fleet does not have: "
                + "write the name as the alert has it, or declare the alert"
        case .unprovenAlert(let name, let reason):
            "alert \(name): \(reason): give it inputs that are within its limit while quiet and beyond it while bad"
        case .boundOfNoBucket(let objective, let bound, let buckets, let place):
            "\(place): objective \(objective) asks for \(PromQLNumber.string(bound)), which is no bound of its histogram: use one of "
                + buckets.map(PromQLNumber.string).joined(separator: ", ")
        case .toolTooOld(let text, let place): "\(place): \(text)"
        }
    }
}
