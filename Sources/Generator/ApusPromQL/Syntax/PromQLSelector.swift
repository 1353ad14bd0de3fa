package import ApusMetrics
import ApusText

/// Series by name and labels, at a time other than the evaluation's if modifiers say so.
public struct PromQLSelector: Sendable {
    /// The metric's name; `nil` where only matchers choose.
    public var name: String?
    public var matchers: [PromQLMatcher]
    public var modifiers = PromQLModifiers()
    /// The family that it was made from; `nil` for what was read from text. Two selectors that read alike are equal whatever this
    /// is.
    package var family: MetricFamily? { declaration?.family }
    private var declaration: Declaration?

    /// Selectors are copied at every step of a query, a family's texts and lists along with each if they were not behind this.
    private final class Declaration: Sendable {
        let family: MetricFamily

        init(_ family: MetricFamily) {
            self.family = family
        }
    }

    public init(name: String?, matchers: [PromQLMatcher] = [], modifiers: PromQLModifiers = PromQLModifiers()) {
        self.name = name
        self.matchers = matchers
        self.modifiers = modifiers
    }

    /// All series of a declared family.
    ///
    /// - Parameter suffix: which of a histogram's series: `_bucket`, `_sum` or `_count`; empty for other kinds.
    package init(_ family: MetricFamily, suffix: String = "") {
        self.init(name: family.name + suffix)
        declaration = Declaration(family)
    }

    /// A copy of the selector with more conditions.
    public func matching(_ more: [PromQLMatcher]) -> PromQLSelector {
        var selector = self
        selector.matchers += more
        return selector
    }

    /// A selector of the histogram's series whose names end so.
    package func part(_ suffix: String) -> PromQLSelector {
        var selector = self
        selector.name = (family?.name ?? name ?? "") + suffix
        return selector
    }
}

extension PromQLSelector: Hashable {
    public static func == (left: Self, right: Self) -> Bool {
        left.name == right.name && left.matchers == right.matchers && left.modifiers == right.modifiers
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(matchers)
        hasher.combine(modifiers)
    }
}

/// A condition on a label, in the order in which they were written.
public enum PromQLMatcher: Hashable, Sendable {
    case label(String, MatchRelation, String)
    /// A variable of Grafana in place of a whole matcher.
    case variable(String)
}

/// `@` and `offset`.
public struct PromQLModifiers: Hashable, Sendable {
    public enum Time: Hashable, Sendable {
        /// Seconds since 1970.
        case at(Double)
        /// The first moment of a range query.
        case start
        /// The last moment of a range query.
        case end
        case variable(String)
    }

    public var time: Time?
    /// How far back; negative looks ahead.
    public var offset: PromQLDuration?

    public init(time: Time? = nil, offset: PromQLDuration? = nil) {
        self.time = time
        self.offset = offset
    }
}

/// A length of time as an expression has it.
public enum PromQLDuration: Hashable, Sendable {
    case milliseconds(Int64)
    /// A variable of Grafana, such as `$__rate_interval`; with a minus in front as an offset that looks ahead.
    case variable(String)
}

extension PromQLDuration {
    /// What is finer than a millisecond, which Prometheus cannot read, is cut off.
    package init(_ duration: Duration) {
        self = .milliseconds(DurationText.wholeMilliseconds(duration))
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
