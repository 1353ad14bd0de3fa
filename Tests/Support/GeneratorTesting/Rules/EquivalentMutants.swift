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
            return "a histogram has all of its series or none, and nothing is recorded without observations"
        }
        switch (rule.name, change) {
        case ("DatabaseConnectionsNearLimit", "sum becomes avg"), ("DatabaseConnectionsNearLimit", "sum becomes min"),
            ("DatabaseConnectionsNearLimit", "sum becomes max"):
            if mutant.rule.expr.hasPrefix("sum by") { return "a server has one series of each of its settings" }
        case ("HeapGrowth", "> 0.0 becomes > 1.0"):
            return "a heap that grows by less than a byte a second counts as one that has stopped either way"
        default: break
        }
        return nil
    }
}
