public import ApusMetrics

/// The left side of an operation between vectors of different labels, with the labels that its series find their partners by.
///
/// ```swift
/// used.on(.instance) / most                                     // one series for one
/// used.on(.instance).many * (units, adding: .label(.unit))      // many here for one there
/// ```
public struct VectorMatch<Key: LabelKey>: Sendable {
    let left: PromQLExpression
    let matching: PromQLMatching

    public static func + <Other>(left: Self, right: InstantVector<Other>) -> InstantVector<Key> { left.result(.plus, right) }
    public static func - <Other>(left: Self, right: InstantVector<Other>) -> InstantVector<Key> { left.result(.minus, right) }
    public static func * <Other>(left: Self, right: InstantVector<Other>) -> InstantVector<Key> { left.result(.times, right) }
    /// Guard the divisor (`divisor > 0`).
    public static func / <Other>(left: Self, right: InstantVector<Other>) -> InstantVector<Key> { left.result(.divide, right) }
    public static func > <Other>(left: Self, right: InstantVector<Other>) -> InstantVector<Key> { left.result(.greater, right) }
    public static func >= <Other>(left: Self, right: InstantVector<Other>) -> InstantVector<Key> {
        left.result(.greaterOrEqual, right)
    }
    public static func < <Other>(left: Self, right: InstantVector<Other>) -> InstantVector<Key> { left.result(.less, right) }
    public static func <= <Other>(left: Self, right: InstantVector<Other>) -> InstantVector<Key> {
        left.result(.lessOrEqual, right)
    }
    public static func == <Other>(left: Self, right: InstantVector<Other>) -> InstantVector<Key> { left.result(.equal, right) }
    public static func != <Other>(left: Self, right: InstantVector<Other>) -> InstantVector<Key> {
        left.result(.notEqual, right)
    }

    /// The series that have a partner.
    public func and<Other>(_ other: InstantVector<Other>) -> InstantVector<Key> { result(.and, other) }
    /// The series that have no partner.
    public func unless<Other>(_ other: InstantVector<Other>) -> InstantVector<Key> { result(.unless, other) }

    /// Many series on this side may have the same partner (`group_left`).
    public var many: Self {
        var matching = matching
        matching.many = .left
        return Self(left: left, matching: matching)
    }

    /// Multiplies many series on this side with one each on the other, of which the result takes over some labels: the way to
    /// join facts (an info, whose value is 1) to measurements.
    public func joined<Other>(
        with other: InstantVector<Other>, adding keys: Other...
    ) -> InstantVector<JoinedKey<Key, Other>> {
        var matching = matching
        matching.many = .left
        matching.included = keys.names
        return InstantVector<JoinedKey<Key, Other>>(.binary(.times, matching, left, other.expression))
    }

    private func result<Other>(_ symbol: PromQLOperator, _ right: InstantVector<Other>) -> InstantVector<Key> {
        InstantVector(.binary(symbol, matching, left, right.expression))
    }
}

extension InstantVector {
    /// Partners are found by these labels alone.
    public func on(_ keys: Key...) -> VectorMatch<Key> {
        VectorMatch(left: expression, matching: PromQLMatching(labels: .on(keys.names)))
    }

    /// Partners are found by all labels but these.
    public func ignoring(_ keys: Key...) -> VectorMatch<Key> {
        VectorMatch(left: expression, matching: PromQLMatching(labels: .ignoring(keys.names)))
    }

    /// The quotient with the partner of another declaration, found by target labels; the result has these only.
    public func divided<Own, Other>(
        by other: InstantVector<SeriesKey<Other>>, on keys: TargetKey...
    ) -> InstantVector<TargetKey> where Key == SeriesKey<Own> {
        InstantVector<TargetKey>(
            .binary(
                .divide, PromQLMatching(labels: .on(keys.names)), expression, other.expression))
    }
}
