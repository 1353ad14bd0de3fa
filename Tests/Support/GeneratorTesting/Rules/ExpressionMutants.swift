import ApusPromQL

/// Expressions that differ from one in a single place each.
enum ExpressionMutants {
    struct Mutant {
        let change: String
        let expression: PromQLExpression
    }

    static func all(of expression: PromQLExpression) -> [Mutant] {
        own(expression) + inParts(expression)
    }

    /// Changes of the topmost node.
    private static func own(_ expression: PromQLExpression) -> [Mutant] {
        switch expression.form {
        case .selector(let selector):
            return (matchers(selector) + offset(selector)).map {
                Mutant(change: $0, expression: PromQLExpression(.selector($1)))
            }
        case .range(let selector, .milliseconds(let window)):
            let windows = [window * 2, window / 2].map { changed in
                Mutant(
                    change: "window \(window) ms becomes \(changed) ms",
                    expression: PromQLExpression(.range(selector, window: .milliseconds(changed))))
            }
            return windows
                + matchers(selector).map {
                    Mutant(change: $0, expression: PromQLExpression(.range($1, window: .milliseconds(window))))
                }
        case .subquery(let inner, .milliseconds(let window), .milliseconds(let step)?, let modifiers):
            return [(window * 2, step), (window / 2, step), (window, step * 2)].map { window, step in
                Mutant(
                    change: "the subquery's window becomes \(window) ms and its step \(step) ms",
                    expression: PromQLExpression(
                        .subquery(inner, window: .milliseconds(window), step: .milliseconds(step), modifiers)))
            }
        case .aggregation(let aggregation, let grouping, let parameter, let operand):
            let others = [PromQLAggregation.sum, .avg, .min, .max, .count].filter { $0 != aggregation }.map { other in
                Mutant(
                    change: "\(aggregation.rawValue) becomes \(other.rawValue)",
                    expression: PromQLExpression(.aggregation(other, grouping, parameter: parameter, operand)))
            }
            guard case .by(let names)? = grouping else { return others }
            return others
                + names.map { name in
                    Mutant(
                        change: "not grouped by \(name)",
                        expression: PromQLExpression(
                            .aggregation(aggregation, .by(names.filter { $0 != name }), parameter: parameter, operand)))
                }
        case .binary(let symbol, let matching, let left, let right):
            return operators(symbol).map { other in
                Mutant(
                    change: "\(symbol.rawValue)\(guardMark(symbol, right)) becomes \(other.rawValue)",
                    expression: PromQLExpression(.binary(other, matching, left, right)))
            } + thresholds(symbol, matching, left, right) + factors(symbol, matching, left, right)
        default: return []
        }
    }

    private static func operators(_ symbol: PromQLOperator) -> [PromQLOperator] {
        let kinds: [[PromQLOperator]] = [
            [.equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual], [.and, .or, .unless], [.plus, .minus],
            [.times, .divide],
        ]
        return kinds.first { $0.contains(symbol) }?.filter { $0 != symbol } ?? []
    }

    /// The number that a comparison compares with, a little more and a little less.
    private static func thresholds(
        _ symbol: PromQLOperator, _ matching: PromQLMatching, _ left: PromQLExpression, _ right: PromQLExpression
    ) -> [Mutant] {
        guard symbol.isComparison, case .number(let limit) = right.form else { return [] }
        let step = limit == limit.rounded() && abs(limit) <= 10 ? 1 : abs(limit) * 0.001
        return [limit + step, limit - step].map { other in
            Mutant(
                change: "\(symbol.rawValue) \(limit) becomes \(symbol.rawValue) \(other)",
                expression: PromQLExpression(.binary(symbol, matching, left, PromQLExpression(.number(other)))))
        }
    }

    /// The number that something is multiplied with or divided by, doubled.
    private static func factors(
        _ symbol: PromQLOperator, _ matching: PromQLMatching, _ left: PromQLExpression, _ right: PromQLExpression
    ) -> [Mutant] {
        guard [.times, .divide].contains(symbol), case .number(let factor) = right.form else { return [] }
        return [
            Mutant(
                change: "\(symbol.rawValue) \(factor) becomes \(symbol.rawValue) \(factor * 2)",
                expression: PromQLExpression(.binary(symbol, matching, left, PromQLExpression(.number(factor * 2)))))
        ]
    }

    private static func guardMark(_ symbol: PromQLOperator, _ right: PromQLExpression) -> String {
        if symbol.isComparison, case .number(let limit) = right.form { " \(limit)" } else { "" }
    }

    /// The series as they are now.
    private static func offset(_ selector: PromQLSelector) -> [(String, PromQLSelector)] {
        guard selector.modifiers.offset != nil else { return [] }
        var now = selector
        now.modifiers.offset = nil
        return [("offset removed", now)]
    }

    private static func matchers(_ selector: PromQLSelector) -> [(String, PromQLSelector)] {
        selector.matchers.indices.flatMap { index -> [(String, PromQLSelector)] in
            guard case .label(let name, let relation, let value) = selector.matchers[index] else { return [] }
            var without = selector
            without.matchers.remove(at: index)
            var other = selector
            other.matchers[index] = .label(name, relation, relation == .equals ? "\(value)-other" : "no-such-value")
            var inverse = selector
            let inversion: [MatchRelation: MatchRelation] = [
                .equals: .differs, .differs: .equals, .matches: .matchesNot, .matchesNot: .matches,
            ]
            inverse.matchers[index] = .label(name, inversion[relation] ?? relation, value)
            return [
                ("matcher of \(name) removed", without), ("matcher of \(name) changed", other),
                ("matcher of \(name) inverted", inverse),
            ]
        }
    }

    /// Changes of what the topmost node is made of.
    private static func inParts(_ expression: PromQLExpression) -> [Mutant] {
        func rebuilt(_ parts: [PromQLExpression], _ build: ([PromQLExpression]) -> PromQLExpression.Form) -> [Mutant] {
            parts.indices.flatMap { index in
                all(of: parts[index]).map { mutant in
                    var changed = parts
                    changed[index] = mutant.expression
                    return Mutant(change: mutant.change, expression: PromQLExpression(build(changed)))
                }
            }
        }
        switch expression.form {
        case .call(let function, let arguments): return rebuilt(arguments) { .call(function, $0) }
        case .aggregation(let aggregation, let grouping, let parameter, let operand):
            return rebuilt([operand]) { .aggregation(aggregation, grouping, parameter: parameter, $0[0]) }
        case .subquery(let inner, let window, let step, let modifiers):
            return rebuilt([inner]) { .subquery($0[0], window: window, step: step, modifiers) }
        case .negated(let operand): return rebuilt([operand]) { .negated($0[0]) }
        case .binary(let symbol, let matching, let left, let right):
            let mutants = rebuilt([left], { .binary(symbol, matching, $0[0], right) })
            let others = rebuilt([right], { .binary(symbol, matching, left, $0[0]) })
            guard symbol == .divide, case .binary(let inner, _, _, let bound) = right.form, inner.isComparison,
                case .number(0) = bound.form
            else { return mutants + others }
            // The comparison that keeps a divisor from being 0.
            return mutants
                + others.map { other in
                    other.change.hasPrefix("> 0.0")
                        ? Mutant(change: "guard \(other.change)", expression: other.expression) : other
                }
        default: return []
        }
    }
}
