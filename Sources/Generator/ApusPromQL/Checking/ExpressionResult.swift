/// What the checker knows of an expression's result.
struct ExpressionResult {
    enum Shape: Hashable {
        case scalar
        case vector
        /// The type of a variable, which is not known.
        case unknown
    }

    var shape = Shape.vector
    var labels = ResultLabels.unknown
    var value = SeriesValue.unknown
    /// Whether the values are sums over several counters.
    var isSummed = false
    /// A number that does not depend on any series.
    var constant: Double?
    /// Whether 0 is not among the values.
    var excludesZero = false
    /// Selectors whose plain counts the values still are.
    var counts: [PromQLExpression] = []
    /// Divisions whose quotient the values still are, and which may have had 0 below.
    var quotients: [Quotient] = []

    struct Quotient {
        let division: Range<Int>
        let divisor: PromQLExpression
        /// Whether the divisor is 0 when nothing happens.
        let isIdle: Bool
    }

    static func number(_ value: Double?) -> Self {
        Self(
            shape: .scalar, labels: .none, value: .gauge, constant: value,
            excludesZero: value.map { $0 != 0 } ?? false)
    }

    /// Anything.
    static let unknown = Self(shape: .unknown)

    /// A result of the same series with other values.
    func with(_ value: SeriesValue, excludesZero: Bool = false) -> Self {
        var result = self
        result.value = value
        result.excludesZero = excludesZero
        result.constant = nil
        return result
    }

    /// A result of the same series with values that say nothing of the counts and quotients before.
    func fresh(_ value: SeriesValue = .gauge, excludesZero: Bool = false) -> Self {
        var result = with(value, excludesZero: excludesZero)
        result.counts = []
        result.quotients = []
        result.isSummed = false
        return result
    }
}
