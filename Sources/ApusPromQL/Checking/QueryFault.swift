/// Why an expression would be refused, find nothing or mislead; its description says what to do.
///
/// Typed values exclude ``bareCounter(selector:)``, ``rateOfGauge(selector:)`` and ``missingBuckets(operand:)`` at compile time;
/// the check holds for trees that were put together by hand too.
public enum QueryFault: Error, Hashable, Sendable {
    /// A match, grouping or join by a label that the operand does not have, or has no longer.
    case missingLabel(String, operand: String)
    /// Two vectors that match by all labels but have different ones.
    case labelsDiffer(operation: String, left: [String], right: [String])
    /// The value of a counter or a bucket, which says nothing but how long the process runs.
    case bareCounter(selector: String)
    case rateOfGauge(selector: String)
    /// A quantile of series without the label `le`.
    case missingBuckets(operand: String)
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
            "label \(label) is not in the result of \(operand): use one of its labels, or keep it in the grouping before"
        case .labelsDiffer(let operation, let left, let right):
            "the sides of \(operation) have the labels \(left) and \(right) and never match: group both by the same labels"
        case .bareCounter(let selector):
            "\(selector) only rises: take its rate or its increase"
        case .rateOfGauge(let selector):
            "\(selector) is a gauge, of which a rate means nothing: use its value"
        case .missingBuckets(let operand):
            "\(operand) has no label le to take a quantile of: use the bucket rates of a histogram"
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
