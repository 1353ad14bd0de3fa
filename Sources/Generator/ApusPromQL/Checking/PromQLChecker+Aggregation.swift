extension PromQLChecker {
    mutating func evaluate(
        _ aggregation: PromQLAggregation, _ grouping: PromQLGrouping?, _ parameter: PromQLExpression?,
        _ operand: PromQLExpression,
        _ expression: PromQLExpression
    ) -> ExpressionResult {
        let given = parameter.map { evaluate($0) }
        check(parameter, given, of: aggregation)
        var result = evaluate(operand)
        if let grouping { check(grouping, of: operand, result.labels, expression) }
        switch aggregation {
        case .topk, .bottomk, .limitk, .limitRatio:
            // These choose series, and leave them as they are.
            return result
        case .count, .countValues:
            result = result.fresh(excludesZero: true)
        case .group:
            result = result.fresh(.info, excludesZero: true)
        case .stddev, .stdvar:
            result = result.fresh()
        case .sum, .avg:
            result = result.with(result.value == .info ? .gauge : result.value, excludesZero: result.excludesZero)
            if result.value.isCumulative { result.isSummed = true }
        case .min, .max, .quantile:
            result = result.with(result.value, excludesZero: result.excludesZero)
        }
        result.labels = Self.grouped(result.labels, by: grouping)
        if aggregation == .countValues, case .string(let label)? = parameter?.form {
            if label.hasVariable { result.labels.isOpen = true } else { result.labels.add(label, isCertain: true) }
        }
        return result
    }

    private static func grouped(_ labels: ResultLabels, by grouping: PromQLGrouping?) -> ResultLabels {
        switch grouping {
        case nil: return .none
        case .by(let names):
            var kept = labels.keeping(names.filter { !$0.hasVariable })
            // A variable may stand for any label, or for several.
            if names.contains(where: \.hasVariable) {
                kept.isOpen = true
                kept.multiplying = []
            }
            return kept
        case .without(let names):
            var kept = labels.removing(names)
            if names.contains(where: \.hasVariable) { kept.certain = [] }
            return kept
        }
    }

    private mutating func check(
        _ grouping: PromQLGrouping, of operand: PromQLExpression, _ labels: ResultLabels, _ expression: PromQLExpression
    ) {
        for name in grouping.names where !name.hasVariable && name != "__name__" && !labels.canHave(name) {
            switch grouping {
            case .by:
                note(
                    .missingLabel, at: expression, foreign: .warning,
                    "label \(name) is not in the result of \(operand.excerpt), which has \(labels.list): group by one of them,"
                        + " or keep \(name) in the grouping before")
            case .without:
                note(
                    .missingLabel, at: expression, declared: .warning, foreign: labels.isOpen ? nil : .warning,
                    "without names the label \(name), which \(operand.excerpt) does not have: leave it out")
            }
        }
    }

    private mutating func check(
        _ parameter: PromQLExpression?, _ result: ExpressionResult?, of aggregation: PromQLAggregation
    ) {
        switch aggregation {
        case .quantile: check(quantile: parameter, result, of: aggregation)
        case .topk, .bottomk, .limitk:
            guard let parameter, let count = result?.constant, count < 1 else { return }
            note(
                .parameterOutOfRange, at: parameter,
                "\(aggregation.rawValue) of \(PromQLNumber.string(count)) series gives none: write 1 or more")
        default: break
        }
    }
}
