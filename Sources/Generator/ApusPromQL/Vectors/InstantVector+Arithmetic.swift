extension InstantVector {
    public static func + (left: Self, right: Self) -> Self { left.combined(.plus, right.expression) }
    public static func - (left: Self, right: Self) -> Self { left.combined(.minus, right.expression) }
    public static func * (left: Self, right: Self) -> Self { left.combined(.times, right.expression) }
    /// Guard the divisor (`divisor > 0`): a quiet service would give NaN.
    public static func / (left: Self, right: Self) -> Self { left.combined(.divide, right.expression) }
    public static func % (left: Self, right: Self) -> Self { left.combined(.modulo, right.expression) }

    public static func + (left: Self, right: Double) -> Self { left.combined(.plus, right) }
    public static func - (left: Self, right: Double) -> Self { left.combined(.minus, right) }
    public static func * (left: Self, right: Double) -> Self { left.combined(.times, right) }
    public static func / (left: Self, right: Double) -> Self { left.combined(.divide, right) }
    public static func % (left: Self, right: Double) -> Self { left.combined(.modulo, right) }

    public static func + (left: Double, right: Self) -> Self { right.combined(left, .plus) }
    public static func - (left: Double, right: Self) -> Self { right.combined(left, .minus) }
    public static func * (left: Double, right: Self) -> Self { right.combined(left, .times) }
    public static func / (left: Double, right: Self) -> Self { right.combined(left, .divide) }

    public static prefix func - (vector: Self) -> Self { Self(.negated(vector.expression)) }

    /// Every value to a power.
    public func power(_ exponent: Double) -> Self { combined(.power, exponent) }
    /// Every value to the power of its partner.
    public func power(_ exponent: Self) -> Self { combined(.power, exponent.expression) }
    /// The angle, in radians, of the point whose height is the value here and whose width is its partner's.
    public func atan2(_ width: Self) -> Self { combined(.atan2, width.expression) }

    func combined(_ symbol: PromQLOperator, _ right: PromQLExpression) -> Self {
        Self(.binary(symbol, PromQLMatching(), expression, right))
    }

    func combined(_ left: PromQLExpression, _ symbol: PromQLOperator) -> Self {
        Self(.binary(symbol, PromQLMatching(), left, expression))
    }

    func combined(_ symbol: PromQLOperator, _ right: Double) -> Self { combined(symbol, PromQLExpression(.number(right))) }

    private func combined(_ left: Double, _ symbol: PromQLOperator) -> Self {
        combined(PromQLExpression(.number(left)), symbol)
    }
}
