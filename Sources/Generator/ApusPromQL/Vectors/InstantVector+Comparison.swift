/// Comparisons keep the series for which they hold, with the value of the left side.
extension InstantVector {
    public static func == (left: Self, right: Double) -> Self { left.combined(.equal, right) }
    public static func != (left: Self, right: Double) -> Self { left.combined(.notEqual, right) }
    public static func < (left: Self, right: Double) -> Self { left.combined(.less, right) }
    public static func <= (left: Self, right: Double) -> Self { left.combined(.lessOrEqual, right) }
    public static func > (left: Self, right: Double) -> Self { left.combined(.greater, right) }
    public static func >= (left: Self, right: Double) -> Self { left.combined(.greaterOrEqual, right) }

    public static func == (left: Self, right: Self) -> Self { left.combined(.equal, right.expression) }
    public static func != (left: Self, right: Self) -> Self { left.combined(.notEqual, right.expression) }
    public static func < (left: Self, right: Self) -> Self { left.combined(.less, right.expression) }
    public static func <= (left: Self, right: Self) -> Self { left.combined(.lessOrEqual, right.expression) }
    public static func > (left: Self, right: Self) -> Self { left.combined(.greater, right.expression) }
    public static func >= (left: Self, right: Self) -> Self { left.combined(.greaterOrEqual, right.expression) }

    /// 1 for each series for which the comparison on top holds, 0 for the others (`bool`).
    ///
    /// ```swift
    /// (cpu > 70).asBool       // cpu > bool 70
    /// ```
    public var asBool: Self {
        guard case .binary(let symbol, var matching, let left, let right) = expression.form, symbol.isComparison else {
            return self
        }
        matching.returnsBool = true
        return Self(.binary(symbol, matching, left, right))
    }
}
