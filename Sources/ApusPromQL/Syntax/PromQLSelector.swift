/// Series by name and labels, at a time other than the evaluation's if modifiers say so.
public struct PromQLSelector: Hashable, Sendable {
    /// The metric's name; `nil` where only matchers choose.
    public var name: String?
    public var matchers: [PromQLMatcher]
    public var modifiers = PromQLModifiers()

    public init(name: String?, matchers: [PromQLMatcher] = [], modifiers: PromQLModifiers = PromQLModifiers()) {
        self.name = name
        self.matchers = matchers
        self.modifiers = modifiers
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
