/// A label set that has finitely many values, all of them known beforehand.
///
/// The first series or handle of a family with such labels registers them all, so that each is there as 0 before it is counted for the
/// first time: a rate over its first increment is then right.
///
/// ```swift
/// enum ChannelLabels: String, EnumerableLabels {
///     case email, webhook
///     enum Key: String, LabelKey { case channel }
///     subscript(key: Key) -> String { rawValue }
/// }
/// ```
public protocol EnumerableLabels: LabelSet, CaseIterable {}

extension EnumerableLabels {
    /// Name and value of each label, for all label sets that there are.
    package static var allPairs: [[(String, String)]] { allCases.map(\.pairs) }
}
