/// A PromQL expression as a tree. Typed values (``Series``, ``InstantVector``) build it; ``description`` prints it and
/// ``faults(in:)`` checks it.
public indirect enum QueryExpression: Hashable, Sendable {
    case number(Double)
    /// The newest sample of each series.
    case selector(SeriesSelector)
    /// The samples of each series within a window; stands only as an argument of a function over ranges.
    case range(SeriesSelector, RateWindow)
    case call(PromQLFunction, [QueryExpression])
    /// `sum by (keys) (…)`; without keys all series become one.
    case aggregation(PromQLAggregation, QueryExpression, by: [String])
    /// Without `on`, two vectors match by all their labels.
    case binary(PromQLOperator, QueryExpression, QueryExpression, on: [String]?)
}

extension QueryExpression {
    /// The same expression with every selector replaced.
    package func mappingSelectors(_ transform: (SeriesSelector) -> SeriesSelector) -> QueryExpression {
        switch self {
        case .number: self
        case .selector(let selector): .selector(transform(selector))
        case .range(let selector, let window): .range(transform(selector), window)
        case .call(let function, let arguments): .call(function, arguments.map { $0.mappingSelectors(transform) })
        case .aggregation(let aggregation, let operand, let keys):
            .aggregation(aggregation, operand.mappingSelectors(transform), by: keys)
        case .binary(let symbol, let left, let right, let keys):
            .binary(symbol, left.mappingSelectors(transform), right.mappingSelectors(transform), on: keys)
        }
    }

    /// All selectors, in the order in which they are written.
    package var selectors: [SeriesSelector] {
        switch self {
        case .number: []
        case .selector(let selector), .range(let selector, _): [selector]
        case .call(_, let arguments): arguments.flatMap(\.selectors)
        case .aggregation(_, let operand, _): operand.selectors
        case .binary(_, let left, let right, _): left.selectors + right.selectors
        }
    }
}
