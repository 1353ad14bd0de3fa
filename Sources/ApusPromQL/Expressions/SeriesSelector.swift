public import ApusMetrics

/// The series of one declared family that match.
public struct SeriesSelector: Hashable, Sendable {
    public let family: MetricFamily
    /// Which of a histogram's series: `_bucket`, `_sum` or `_count`; empty for other kinds.
    public let suffix: String
    public private(set) var matchers: [LabelMatcher]

    package init(_ family: MetricFamily, suffix: String = "", matchers: [LabelMatcher] = []) {
        self.family = family
        self.suffix = suffix
        self.matchers = matchers
    }

    /// The name of the series.
    public var name: String { family.name + suffix }

    /// The labels that the series can have.
    var labels: Set<String> {
        Set(family.labelNames + TargetKey.allCases.map(\.rawValue) + (suffix == "_bucket" ? ["le"] : []))
    }

    package func matching(_ more: [LabelMatcher]) -> SeriesSelector {
        var selector = self
        selector.matchers += more
        return selector
    }
}

/// One condition on a label.
public struct LabelMatcher: Hashable, Sendable {
    public let name: String
    public let relation: MatchRelation
    public let value: String

    package init(_ name: String, _ relation: MatchRelation, _ value: String) {
        self.name = name
        self.relation = relation
        self.value = value
    }
}

/// How a matcher compares a label with its value; the raw values are PromQL's.
public enum MatchRelation: String, CaseIterable, Sendable {
    case equals = "="
    case differs = "!="
    /// The value is a regular expression (RE2) for the whole label.
    case matches = "=~"
    case matchesNot = "!~"
}
