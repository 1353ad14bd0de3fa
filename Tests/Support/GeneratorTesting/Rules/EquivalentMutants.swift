import ApusPromQL

/// Changes of rules that change nothing that can be observed, with the reason why.
package enum EquivalentMutants {
    /// A rule with one change, and what changed.
    package typealias Mutant = (change: String, rule: RuleDocument.Rule)

    static func reason(_ rule: RuleDocument.Rule, _ mutant: Mutant) -> String? {
        let change = mutant.change
        // Divisors are sizes, limits and rates.
        if change.hasPrefix("guard > 0.0 becomes") && ["!=", ">=", "> -1.0"].contains(where: change.hasSuffix) {
            return "no divisor is negative, and a quotient by 0 is not a number, for which no comparison holds"
        }
        switch change {
        case "== 0.0 becomes <=", "> 0.0 becomes !=", "== 1.0 becomes >=":
            return "flags are 0 or 1, and counts are never negative"
        default: break
        }
        // Limits of what is computed from rates, sums and the time are hit exactly by chance only.
        let isComputed = ["rate(", " / ", "increase(", "time()", "deriv(", "predict_linear(", "sum by"].contains(
            where: rule.expr.contains)
        if isComputed && change.wholeMatch(of: /[<>] [0-9.]+ becomes [<>]=/) != nil {
            return "a value that is computed in floating point equals its limit by chance only"
        }
        if rule.expr.hasPrefix("histogram_quantile") && change == "sum becomes avg" {
            return "a quantile stays when all buckets are divided by the number of series"
        }
        if rule.labels?["objective"] != nil && change == "matcher of objective removed" {
            return "both sides are matched by the label objective, and the other side still has one value of it"
        }
        if rule.record?.contains("error_ratio") == true, change == "or becomes and",
            mutant.rule.expr.contains("and vector(0)) > 0")
        {
            return "a total that is not there divides nothing, as one of 0"
        }
        if rule.record != nil, change == "or becomes and", rule.expr.contains("_bucket{") {
            return "what is counted and its bound are there together, and nothing is recorded without observations"
        }
        if change.hasPrefix("window "), differ(rule, mutant.rule, in: .right) {
            return "a series has its bounds for as long as it is there"
        }
        if change == "matcher of service removed",
            differ(rule, mutant.rule, in: .right) || rule.record != nil && differ(rule, mutant.rule, in: .left)
        {
            return "the other side has the matcher as well, and both are matched by all labels but the bound"
        }
        switch (rule.name, change) {
        case ("DatabaseConnectionsNearLimit", "sum becomes avg"), ("DatabaseConnectionsNearLimit", "sum becomes min"),
            ("DatabaseConnectionsNearLimit", "sum becomes max"):
            if mutant.rule.expr.hasPrefix("sum by") { return "a server has one series of each of its settings" }
        case ("ObjectiveBoundAbsent", "sum becomes avg"), ("ObjectiveBoundAbsent", "sum becomes max"):
            return "rates are never negative: their sum is above 0 when their mean and the largest are"
        case ("HeapGrowth", "matcher of service removed") where !mutant.rule.expr.contains("(process_start_time_seconds["):
            return "both lows and the age are of one heap, so that each of the other two has the matcher as well"
        default: break
        }
        return nil
    }

    fileprivate enum Side { case left, right }

    /// Whether rules differ only on one side of what matches observations with the buckets that they are looked for in.
    private static func differ(_ rule: RuleDocument.Rule, _ other: RuleDocument.Rule, in side: Side) -> Bool {
        guard let own = try? PromQLExpression(parsing: rule.expr), let changed = try? PromQLExpression(parsing: other.expr)
        else {
            return false
        }
        return own.matched(without: side) == changed.matched(without: side)
    }
}

extension PromQLExpression {
    /// The expression with one side alone of each set operation that ignores the label `le`.
    fileprivate func matched(without side: EquivalentMutants.Side) -> PromQLExpression {
        switch form {
        case .binary(_, let matching, let left, let right) where matching.labels == .ignoring(["le"]):
            side == .right ? left : right
        case .binary(let symbol, let matching, let left, let right):
            PromQLExpression(.binary(symbol, matching, left.matched(without: side), right.matched(without: side)))
        case .aggregation(let aggregation, let grouping, let parameter, let operand):
            PromQLExpression(.aggregation(aggregation, grouping, parameter: parameter, operand.matched(without: side)))
        default: self
        }
    }
}
