/// How a matcher compares a label with its value; the raw values are PromQL's.
public enum MatchRelation: String, CaseIterable, Sendable {
    case equals = "="
    case differs = "!="
    /// The value is a regular expression (RE2) for the whole label.
    case matches = "=~"
    case matchesNot = "!~"
}
