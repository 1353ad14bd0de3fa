import ApusPromQL

/// Trees put together by hand, also those that no typed query gives.
extension PromQLExpression {
    static func number(_ value: Double) -> Self { Self(.number(value)) }
    static func selector(_ selector: PromQLSelector) -> Self { Self(.selector(selector)) }
    static func range(_ selector: PromQLSelector, _ window: PromQLDuration) -> Self { Self(.range(selector, window: window)) }
    static func call(_ function: PromQLFunction, _ arguments: [Self]) -> Self { Self(.call(function, arguments)) }

    static func aggregation(_ aggregation: PromQLAggregation, _ operand: Self, by keys: [String]) -> Self {
        Self(.aggregation(aggregation, keys.isEmpty ? nil : .by(keys), parameter: nil, operand))
    }

    static func binary(_ symbol: PromQLOperator, _ left: Self, _ right: Self, on keys: [String]?) -> Self {
        Self(.binary(symbol, PromQLMatching(labels: keys.map { .on($0) }), left, right))
    }
}

extension PromQLDuration {
    static let rateInterval = PromQLDuration.variable("$__rate_interval")
    static func seconds(_ count: Int64) -> Self { .milliseconds(count * 1000) }
    static func minutes(_ count: Int64) -> Self { .seconds(count * 60) }
}
