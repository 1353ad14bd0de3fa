extension InstantVector {
    public static func + (left: Self, right: Self) -> Self { left.combined(.plus, right) }
    public static func - (left: Self, right: Self) -> Self { left.combined(.minus, right) }
    public static func * (left: Self, right: Self) -> Self { left.combined(.times, right) }
    /// Guard the divisor (`divisor > 0`): a quiet service would give NaN.
    public static func / (left: Self, right: Self) -> Self { left.combined(.divide, right) }

    public static func + (left: Self, right: Double) -> Self { left.combined(.plus, right) }
    public static func - (left: Self, right: Double) -> Self { left.combined(.minus, right) }
    public static func * (left: Self, right: Double) -> Self { left.combined(.times, right) }
    public static func / (left: Self, right: Double) -> Self { left.combined(.divide, right) }

    public static func + (left: Double, right: Self) -> Self { right.combined(left, .plus) }
    public static func - (left: Double, right: Self) -> Self { right.combined(left, .minus) }
    public static func * (left: Double, right: Self) -> Self { right.combined(left, .times) }
    public static func / (left: Double, right: Self) -> Self { right.combined(left, .divide) }

    func combined(_ symbol: PromQLOperator, _ right: Self) -> Self {
        Self(.binary(symbol, expression, right.expression, on: nil))
    }

    func combined(_ symbol: PromQLOperator, _ right: Double) -> Self {
        Self(.binary(symbol, expression, .number(right), on: nil))
    }

    private func combined(_ left: Double, _ symbol: PromQLOperator) -> Self {
        Self(.binary(symbol, .number(left), expression, on: nil))
    }
}
