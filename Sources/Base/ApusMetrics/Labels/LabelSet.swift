/// The names of the labels that a family's series carry, as cases of an enum whose raw values are the names on the wire.
///
/// A name must match `[a-zA-Z_][a-zA-Z0-9_]*` and must not start with `__`, which Prometheus reserves.
public protocol LabelKey: RawRepresentable<String>, CaseIterable, Hashable, Sendable {}

/// The labels of one series, as a type: a sample cannot be recorded, and a query cannot filter or group, by a label that the
/// family does not have.
///
/// ```swift
/// struct ChannelLabels: LabelSet {
///     enum Key: String, LabelKey { case channel }
///     var channel: Channel
///     subscript(key: Key) -> String { channel.rawValue }
/// }
/// ```
public protocol LabelSet: Hashable, Sendable {
    associatedtype Key: LabelKey

    /// The value of one label; an empty value is an absent label, as Prometheus has it.
    subscript(key: Key) -> String { get }
}

extension LabelSet {
    /// The names of all labels, in order of declaration.
    public static var labelNames: [String] { Key.allCases.map(\.rawValue) }

    /// Name and value of each label that is present, in order of declaration.
    public var pairs: [(String, String)] {
        Key.allCases.compactMap { key in
            let value = self[key]
            return value.isEmpty ? nil : (key.rawValue, value)
        }
    }
}

/// The label set of families that have one series a process.
public struct NoLabels: LabelSet {
    /// No key exists, so no value of this type does either.
    public enum Key: LabelKey {
        public init?(rawValue: String) { nil }
        public var rawValue: String { switch self {} }
    }

    public init() {}

    public subscript(key: Key) -> String { switch key {} }
}

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
