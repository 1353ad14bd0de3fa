import ApusMetrics
import ApusPromQL
import ApusTopology

extension AlertRule {
    /// What the test feeds the alert: what its author says or, of conditions that compare a gauge, the growth of a counter or an
    /// aggregation of such with a number, what follows from them.
    func inputs() throws(RuleError) -> [AlertInput] {
        guard alert.inputs.isEmpty else { return alert.inputs }
        guard case .binary(let symbol, _, let left, let right) = alert.condition.form, case .number(let limit) = right.form,
            let crossing = LimitCrossing(symbol, limit), let inputs = crossing.inputs(of: left)
        else {
            throw .unprovenAlert(
                alert.name, reason: "what its condition needs for a test does not follow from \(alert.condition)")
        }
        return inputs
    }
}

/// Values just within and just beyond the limit of a comparison.
private struct LimitCrossing {
    let quiet: Double
    let bad: Double

    /// Nil of an operator that compares nothing.
    init?(_ symbol: PromQLOperator, _ limit: Double) {
        let margin = limit == 0 ? 1 : max(abs(limit) * 0.0006, 1e-6)
        switch symbol {
        case .greater: (quiet, bad) = (limit, limit + margin)
        case .greaterOrEqual: (quiet, bad) = (limit - margin, limit)
        case .less: (quiet, bad) = (limit, limit - margin)
        case .lessOrEqual: (quiet, bad) = (limit + margin, limit)
        case .equal: (quiet, bad) = (limit == 0 ? 1 : limit - 1, limit)
        case .notEqual: (quiet, bad) = (limit, limit + 1)
        default: return nil
        }
    }

    private init(quiet: Double, bad: Double) {
        self.quiet = quiet
        self.bad = bad
    }

    func inputs(of expression: PromQLExpression) -> [AlertInput]? {
        switch expression.form {
        case .aggregation(.sum, _, nil, let operand):
            // Neither of two is beyond the limit, but together they are.
            let share = quiet * 0.4
            let rest = LimitCrossing(quiet: quiet - share, bad: bad - share)
            guard let first = LimitCrossing(quiet: share, bad: share).series(of: operand, instance: "two"),
                let second = rest.series(of: operand, instance: "one")
            else { return nil }
            return first + second + decoys(of: operand)
        case .aggregation(let aggregation, _, nil, let operand) where [.max, .min].contains(aggregation):
            // The other one is further within the limit, so that the mean of both is within.
            let other = quiet - (bad - quiet) * 3
            guard let first = LimitCrossing(quiet: other, bad: other).series(of: operand, instance: "two"),
                let second = series(of: operand, instance: "one")
            else { return nil }
            return first + second + decoys(of: operand)
        default:
            return series(of: expression, instance: "one").map { $0 + decoys(of: expression) }
        }
    }

    private func series(of expression: PromQLExpression, instance: String) -> [AlertInput]? {
        switch expression.form {
        case .selector(let selector):
            return selector.input(instance: instance, .level(quiet: quiet, bad: bad)).map { [$0] }
        case .call(let function, let arguments) where [.rate, .increase].contains(function):
            guard case .range(let selector, .milliseconds(let window))? = arguments.first?.form else { return nil }
            if quiet == 0 && bad == 1 && function == .increase || quiet == 0 && bad > 0 && function == .rate {
                return selector.input(instance: instance, .events(1)).map { [$0] }
            }
            let scale = function == .increase ? Double(window) / 1000 : 1
            // Rates are not exact to the last digit: what equals the limit might be above it.
            let within = quiet - (bad - quiet)
            return selector.input(instance: instance, .growth(quiet: max(within, 0) / scale, bad: bad / scale)).map { [$0] }
        default:
            return nil
        }
    }

    /// Series beyond the limit all the time that differ from what is looked for in one label.
    private func decoys(of expression: PromQLExpression) -> [AlertInput] {
        expression.selectors.flatMap { selector -> [AlertInput] in
            guard selector.family?.kind == .gauge else { return [] }
            return selector.matchers.compactMap { matcher -> AlertInput? in
                guard case .label(let name, .equals, let value) = matcher else { return nil }
                return selector.input(
                    instance: "other", .level(quiet: bad, bad: bad), replacing: AlertInput.Label(name, "not-\(value)"))
            }
        }
    }
}

extension PromQLSelector {
    /// A series that it finds; nil when only a regular expression says which.
    fileprivate func input(
        instance: String, _ course: InputCourse, replacing replacement: AlertInput.Label? = nil
    ) -> AlertInput? {
        guard let family, let name else { return nil }
        var values: [String: String] = [:]
        for matcher in matchers {
            guard case .label(let label, let relation, let value) = matcher else { return nil }
            switch relation {
            case .equals: values[label] = value
            case .matches:
                let first = value.prefix { $0 != "|" }
                guard first.wholeMatch(of: /[A-Za-z0-9_-]*/) != nil else { return nil }
                values[label] = String(first)
            case .differs, .matchesNot: break
            }
        }
        if let replacement { values[replacement.name] = replacement.value }
        let defaults = [TargetKey.service.rawValue: "service", TargetKey.instance.rawValue: instance]
        let names = [TargetKey.job, .service, .instance].map(\.rawValue) + family.labelNames
        return AlertInput(
            metric: name,
            labels: names.compactMap { label in
                let value = values[label] ?? defaults[label] ?? (family.labelNames.contains(label) ? "some" : nil)
                return value.map { AlertInput.Label(label, $0) }
            },
            course: course)
    }
}
