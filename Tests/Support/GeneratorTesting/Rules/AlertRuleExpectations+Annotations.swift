import ApusPromQL
import ApusRules
import ApusTopology
import Testing

/// What the annotations of a rule say of its value.
extension AlertRuleExpectations {
    /// Expects a value somewhat past the limit to be written otherwise than the limit: a text that says “0.01, and the limit is 0.01”
    /// says nothing.
    ///
    /// - Returns: how many values were compared.
    @discardableResult
    package static func valuesPassTheirLimits(of rules: [RuleDocument.Rule]) throws -> Int {
        var count = 0
        for rule in rules where rule.alert != nil {
            let formats = (rule.annotations?["description"] ?? "").matches(of: /\{\{ \$value \| ([^}]+) \}\}/).map {
                format(String($0.1))
            }
            for comparison in comparisons(in: try PromQLExpression(parsing: rule.expr)) {
                for format in formats {
                    let format = try #require(format, "\(rule.name): a function of templates that nobody knows here")
                    #expect(
                        comparison.valuesPast.contains { format.rendered($0) != format.rendered(comparison.limit) },
                        "\(rule.name): \(format.rendered(comparison.limit))")
                    count += 1
                }
            }
        }
        return count
    }

    private static func format(_ function: String) -> ValueFormat? {
        if let digits = function.wholeMatch(of: /printf "%\.([0-9]+)f"/).flatMap({ Int($0.1) }) { return .decimals(digits) }
        return [.percentage, .bytes, .duration].first { $0.templateName == function }
    }

    private struct Comparison {
        let left: PromQLExpression
        let symbol: PromQLOperator
        let limit: Double

        /// A tenth past the limit, and of what counts things the next whole number.
        var valuesPast: [Double] {
            let sign: Double = [.less, .lessOrEqual].contains(symbol) ? -1 : 1
            let tenth = limit + sign * abs(limit) * 0.1
            let isWhole =
                left.description.hasPrefix("round(")
                || !["rate(", "increase(", "deriv(", "predict_linear(", "histogram_quantile(", " / "].contains(
                    where: left.description.contains)
            return limit == 0 ? [sign] : isWhole ? [tenth, limit + sign] : [tenth]
        }
    }

    /// The comparisons whose left side is the value of the rule.
    private static func comparisons(in expression: PromQLExpression) -> [Comparison] {
        guard case .binary(let symbol, _, let left, let right) = expression.form else { return [] }
        switch symbol {
        case .and, .unless: return comparisons(in: left)
        case .or: return comparisons(in: left) + comparisons(in: right)
        case .greater, .greaterOrEqual, .less, .lessOrEqual:
            guard case .number(let limit) = right.form else { return [] }
            return [Comparison(left: left, symbol: symbol, limit: limit)]
        default: return []
        }
    }
}

extension ValueFormat {
    fileprivate var templateName: String? {
        switch self {
        case .percentage: "humanizePercentage"
        case .bytes: "humanize1024"
        case .duration: "humanizeDuration"
        case .decimals: nil
        }
    }
}
