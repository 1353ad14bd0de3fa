/// Functions of each value; the labels stay.
extension InstantVector {
    public var abs: Self { called(.abs) }
    public var ceil: Self { called(.ceil) }
    public var floor: Self { called(.floor) }
    public var exp: Self { called(.exp) }
    public var ln: Self { called(.ln) }
    public var log2: Self { called(.log2) }
    public var log10: Self { called(.log10) }
    public var squareRoot: Self { called(.sqrt) }
    /// 1 for values above 0, -1 for those below, 0 for 0.
    public var sign: Self { called(.sgn) }

    /// Rounds each value to the nearest multiple of a unit.
    public func rounded(to unit: Double = 1) -> Self { unit == 1 ? called(.round) : called(.round, unit) }
    public func clamped(from lower: Double, to upper: Double) -> Self { called(.clamp, lower, upper) }
    /// No value above a bound.
    public func clamped(to upper: Double) -> Self { called(.clampMax, upper) }
    /// No value below a bound.
    public func clamped(from lower: Double) -> Self { called(.clampMin, lower) }

    /// Angles are in radians.
    public func trigonometric(_ function: TrigonometricFunction) -> Self { called(function.function) }

    /// A part of the date, in UTC, of values that are seconds since 1970.
    public func calendar(_ part: CalendarPart) -> Self { called(part.function) }

    /// The series in ascending order of values, in answers to instant queries.
    public var sorted: Self { called(.sort) }
    /// The series in descending order of values, in answers to instant queries.
    public var sortedDescending: Self { called(.sortDescending) }

    /// 1 when there is no series, and nothing when there is one.
    public var absent: InstantVector<NoKey> { InstantVector<NoKey>(.call(.absent, [expression])) }

    private func called(_ function: PromQLFunction, _ arguments: Double...) -> Self {
        Self(.call(function, [expression] + arguments.map { PromQLExpression(.number($0)) }))
    }
}

/// Functions of labels; the values stay.
extension InstantVector {
    /// Sets a label from another: where a regular expression (RE2, for the whole value) matches, to a replacement with `$1` for its
    /// first group.
    public func replacing(_ target: Key, with replacement: String, from source: Key, matching pattern: String) -> Self {
        Self(
            .call(
                .labelReplace,
                [
                    expression, PromQLExpression(.string(target.rawValue)), PromQLExpression(.string(replacement)),
                    PromQLExpression(.string(source.rawValue)), PromQLExpression(.string(pattern)),
                ]))
    }

    /// Sets a label to the values of others, with a separator between them.
    public func joining(_ sources: Key..., into target: Key, separator: String) -> Self {
        Self(
            .call(
                .labelJoin,
                [expression, PromQLExpression(.string(target.rawValue)), PromQLExpression(.string(separator))]
                    + sources.map { PromQLExpression(.string($0.rawValue)) }))
    }
}

/// Functions of angles.
public enum TrigonometricFunction: String, CaseIterable, Sendable {
    case sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh
    /// Converts radians to degrees.
    case deg
    /// Converts degrees to radians.
    case rad

    var function: PromQLFunction {
        switch self {
        case .sin: .sin
        case .cos: .cos
        case .tan: .tan
        case .asin: .asin
        case .acos: .acos
        case .atan: .atan
        case .sinh: .sinh
        case .cosh: .cosh
        case .tanh: .tanh
        case .asinh: .asinh
        case .acosh: .acosh
        case .atanh: .atanh
        case .deg: .deg
        case .rad: .rad
        }
    }
}

/// Parts of a date.
public enum CalendarPart: CaseIterable, Sendable {
    case minute, hour, dayOfWeek, dayOfMonth, dayOfYear, daysInMonth, month, year

    var function: PromQLFunction {
        switch self {
        case .minute: .minute
        case .hour: .hour
        case .dayOfWeek: .dayOfWeek
        case .dayOfMonth: .dayOfMonth
        case .dayOfYear: .dayOfYear
        case .daysInMonth: .daysInMonth
        case .month: .month
        case .year: .year
        }
    }
}
