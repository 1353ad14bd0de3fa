/// An exact fraction, always reduced, with a positive denominator.
struct Fraction: Hashable {
    let numerator: Int
    let denominator: Int

    static let zero = Fraction(0, 1)
    static let one = Fraction(1, 1)

    /// - Parameter denominator: positive.
    init(_ numerator: Int, _ denominator: Int) {
        var (divisor, rest) = (denominator, abs(numerator))
        while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
        self.numerator = numerator / divisor
        self.denominator = denominator / divisor
    }

    static func + (left: Self, right: Self) -> Self {
        Self(left.numerator * right.denominator + right.numerator * left.denominator, left.denominator * right.denominator)
    }

    static func - (left: Self, right: Self) -> Self {
        Self(left.numerator * right.denominator - right.numerator * left.denominator, left.denominator * right.denominator)
    }

    static func / (left: Self, right: Int) -> Self { Self(left.numerator, left.denominator * right) }

    static func <= (left: Self, right: Self) -> Bool {
        left.numerator * right.denominator <= right.numerator * left.denominator
    }

    /// The nearest whole number of so many parts of the whole; halves up.
    func of(_ whole: Int) -> Int { (2 * whole * numerator + denominator) / (2 * denominator) }
}
