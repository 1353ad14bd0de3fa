/// Why an expression would be refused, find nothing or mislead; its description says what to do.
public enum QueryFault: Error, Hashable, Sendable {
    /// A grouping or join by a label that the operand no longer has.
    case missingLabel(String, operand: String)
    /// Two vectors that match by all labels but have different ones.
    case labelsDiffer(operation: String, left: [String], right: [String])
    /// `$__rate_interval` outside of Grafana.
    case panelWindowInRule(selector: String)
    /// A fixed window in a panel, which would not follow its zoom.
    case fixedWindowInPanel(selector: String, window: Duration)
    case windowTooShort(selector: String, window: Duration, scrapeInterval: Duration)
    /// A division that gives NaN when nothing happens.
    case unguardedDivision(divisor: String)
}

extension QueryFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missingLabel(let label, let operand):
            "label \(label) is not in the result of \(operand): keep it in the grouping before"
        case .labelsDiffer(let operation, let left, let right):
            "the sides of \(operation) have the labels \(left) and \(right) and never match: group both by the same labels"
        case .panelWindowInRule(let selector):
            "\(selector) has Grafana's $__rate_interval in a rule: give it a fixed window"
        case .fixedWindowInPanel(let selector, let window):
            "\(selector) has the fixed window \(DurationText.string(window)) in a panel: use .rateInterval"
        case .windowTooShort(let selector, let window, let scrapeInterval):
            "\(selector) looks back \(DurationText.string(window)), less than four scrapes:"
                + " take at least \(DurationText.string(scrapeInterval * 4))"
        case .unguardedDivision(let divisor):
            "\(divisor) can be 0 and the quotient NaN: divide by it only where it is > 0"
        }
    }
}
