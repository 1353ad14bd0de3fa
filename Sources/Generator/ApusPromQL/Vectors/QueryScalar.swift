public import ApusMetrics

/// A number that an expression computes, without labels.
public struct QueryScalar: Sendable {
    public let expression: PromQLExpression

    init(_ form: PromQLExpression.Form) {
        expression = PromQLExpression(form)
    }

    public static func number(_ value: Double) -> Self { Self(.number(value)) }

    /// The time of the evaluation, in seconds since 1970.
    public static var time: Self { Self(.call(.time, [])) }
    public static var pi: Self { Self(.call(.pi, [])) }

    /// A vector of one series without labels that has this value.
    public var vector: InstantVector<NoKey> { InstantVector(.call(.vector, [expression])) }

    public static func + (left: Self, right: Double) -> Self { left.combined(.plus, right) }
    public static func - (left: Self, right: Double) -> Self { left.combined(.minus, right) }
    public static func * (left: Self, right: Double) -> Self { left.combined(.times, right) }
    public static func / (left: Self, right: Double) -> Self { left.combined(.divide, right) }

    private func combined(_ symbol: PromQLOperator, _ right: Double) -> Self {
        Self(.binary(symbol, PromQLMatching(), expression, PromQLExpression(.number(right))))
    }
}

extension InstantVector where Key == NoKey {
    /// The value of the only series; NaN when there is none.
    public var scalar: QueryScalar { QueryScalar(.call(.scalar, [expression])) }
}

extension InstantVector {
    public static func + (left: Self, right: QueryScalar) -> Self { left.combined(.plus, right.expression) }
    public static func - (left: Self, right: QueryScalar) -> Self { left.combined(.minus, right.expression) }
    public static func * (left: Self, right: QueryScalar) -> Self { left.combined(.times, right.expression) }
    public static func / (left: Self, right: QueryScalar) -> Self { left.combined(.divide, right.expression) }
    public static func - (left: QueryScalar, right: Self) -> Self { right.combined(left.expression, .minus) }
    public static func / (left: QueryScalar, right: Self) -> Self { right.combined(left.expression, .divide) }
    public static func > (left: Self, right: QueryScalar) -> Self { left.combined(.greater, right.expression) }
    public static func < (left: Self, right: QueryScalar) -> Self { left.combined(.less, right.expression) }
}

/// A moment that a query names (`@`).
public enum QueryTime: Hashable, Sendable {
    /// Seconds since 1970.
    case seconds(Double)
    /// The first moment of a range query.
    case start
    /// The last moment of a range query.
    case end

    var modifier: PromQLModifiers.Time {
        switch self {
        case .seconds(let seconds): .at(seconds)
        case .start: .start
        case .end: .end
        }
    }
}
