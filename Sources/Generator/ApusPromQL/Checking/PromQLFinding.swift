public import ApusText

/// What is wrong with an expression, where, and what to write instead.
public struct PromQLFinding: Hashable, Sendable, CustomStringConvertible {
    public enum Severity: String, Sendable, Comparable {
        /// The expression works, and misleads or is fragile.
        case warning
        /// The expression is refused by the server, finds nothing, or says something else than what it looks like.
        case error

        public static func < (left: Self, right: Self) -> Bool { left == .warning && right == .error }
    }

    public let kind: PromQLFindingKind
    public let severity: Severity
    /// The part that it is about: offsets in bytes of UTF-8.
    public let position: Range<Int>
    /// What is wrong, and the remedy.
    public let message: String

    public init(_ kind: PromQLFindingKind, _ severity: Severity, at position: Range<Int>, _ message: String) {
        self.kind = kind
        self.severity = severity
        self.position = position
        self.message = message
    }

    /// Line and column in the text that the expression was read from.
    public func place(in text: String) -> TextPlace { TextPlace(offset: position.lowerBound, in: text.utf8) }

    public var description: String { "\(severity.rawValue): \(message)" }
}

/// What the checker knows to find.
public enum PromQLFindingKind: String, CaseIterable, Sendable {
    /// A metric that nothing declares.
    case unknownMetric
    /// A match, grouping or join by a label that the series do not have, or have no longer.
    case missingLabel
    /// The value of a counter or a bucket, which says nothing but how long the process runs.
    case bareCounter
    /// A rate of what rises and falls.
    case rateOfGauge
    /// `delta`, `deriv` and the like, which take the restart of a counter for a fall.
    case gaugeFunctionOfCounter
    /// A rate of a sum, which takes the restart of one counter for one of all.
    case rateOfSum
    /// A quantile of series without the label `le`.
    case missingBuckets
    /// A quantile of buckets that were counted since the process began.
    case quantileOfTotals
    /// A quantile outside of 0 to 1, or fewer than one series to choose.
    case parameterOutOfRange
    /// Two vectors whose series cannot find each other.
    case neverMatches
    /// A join that the server refuses as soon as a side has two series for the labels.
    case manyToMany
    /// A variable of Grafana outside of Grafana.
    case variableInRule
    /// A fixed window in a panel, which would not follow its zoom.
    case fixedWindowInPanel
    /// A window that holds less than four scrapes.
    case windowTooShort
    /// A subquery with steps shorter than the interval in which samples come.
    case stepTooShort
    /// A division that gives NaN or infinity when nothing happens.
    case unguardedDivision
    /// A comparison whose outcome is always the same.
    case constantComparison
    /// An alert that fires whatever the values are.
    case unconditionalAlert
    /// Conditions of a selector that exclude one another.
    case contradictoryMatchers
    /// A regular expression that the server refuses, or that matches nothing.
    case invalidPattern
}
