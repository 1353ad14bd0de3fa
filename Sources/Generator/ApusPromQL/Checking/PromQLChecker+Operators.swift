extension PromQLChecker {
    mutating func evaluate(
        _ symbol: PromQLOperator, _ matching: PromQLMatching, _ left: PromQLExpression, _ right: PromQLExpression,
        _ expression: PromQLExpression
    ) -> ExpressionResult {
        var sides = (evaluate(left), evaluate(right))
        if let result = numbers(symbol, sides.0, sides.1, expression) { return result }
        if symbol == .divide { note(divisor: right, sides.1, of: &sides.0, expression) }
        if sides.0.shape == .vector, sides.1.shape == .vector {
            check(Join(symbol: symbol, matching: matching, left: left, right: right), sides.0, sides.1, expression)
        }
        var result = values(symbol, matching, sides.0, sides.1)
        result.labels = Self.labels(symbol, matching, sides.0, sides.1)
        result.shape =
            sides.0.shape == .scalar && sides.1.shape == .scalar
            ? .scalar : sides.0.shape == .vector || sides.1.shape == .vector ? .vector : .unknown
        if symbol == .and || symbol == .unless { dropGuarded(by: [left, right], from: &result, of: symbol) }
        return result
    }

    /// Two numbers are calculated here; a comparison of them has always the same outcome.
    private mutating func numbers(
        _ symbol: PromQLOperator, _ left: ExpressionResult, _ right: ExpressionResult, _ expression: PromQLExpression
    ) -> ExpressionResult? {
        guard left.shape == .scalar, right.shape == .scalar, let one = left.constant, let other = right.constant else {
            return nil
        }
        if symbol.isComparison {
            note(
                .constantComparison, at: expression, declared: .warning, foreign: .warning,
                "\(expression.excerpt) compares two numbers and is always the same: compare a series, or leave it out")
            return .number(nil)
        }
        switch symbol {
        case .plus: return .number(one + other)
        case .minus: return .number(one - other)
        case .times: return .number(one * other)
        case .divide: return .number(one / other)
        default:
            var result = ExpressionResult.number(nil)
            result.excludesZero = left.excludesZero && symbol == .power
            return result
        }
    }

    // MARK: - Division

    private mutating func note(
        divisor: PromQLExpression, _ result: ExpressionResult, of quotient: inout ExpressionResult,
        _ expression: PromQLExpression
    ) {
        if result.constant == 0 {
            note(.unguardedDivision, at: expression, "a division by 0 gives infinity or NaN: divide by another number")
        }
        guard result.shape == .vector, !result.excludesZero else { return }
        let isIdle = [.rate, .bucketRates, .nativeRates].contains(result.value)
        let division = ExpressionResult.Quotient(division: expression.position, divisor: divisor, isIdle: isIdle)
        if isStrict { pending.append(division) }
        quotient.quotients.append(division)
    }

    /// Takes away the quotients that a condition beside them, `and divisor > 0`, leaves out.
    private mutating func dropGuarded(
        by sides: [PromQLExpression], from result: inout ExpressionResult, of symbol: PromQLOperator
    ) {
        let conditions = sides.flatMap { $0.conditions(under: symbol == .unless) }
        guard !conditions.isEmpty else { return }
        result.quotients.removeAll { conditions.contains($0.divisor) }
        pending.removeAll { conditions.contains($0.divisor) }
    }

    // MARK: - Values

    private func values(
        _ symbol: PromQLOperator, _ matching: PromQLMatching, _ left: ExpressionResult, _ right: ExpressionResult
    ) -> ExpressionResult {
        switch symbol {
        case .and, .unless:
            var result = left
            if isStrict { result.counts += right.counts }
            return result
        case .or:
            var result = left
            result.value = left.value == right.value ? left.value : left.value == .unknown ? right.value : left.value
            if left.value != right.value, right.constant == nil { result.value = .unknown }
            result.excludesZero = left.excludesZero && right.excludesZero
            result.counts += right.counts
            result.quotients += right.quotients
            result.constant = nil
            return result
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
            return comparison(symbol, matching, left, right)
        default:
            return arithmetic(symbol, left, right)
        }
    }

    private func comparison(
        _ symbol: PromQLOperator, _ matching: PromQLMatching, _ left: ExpressionResult, _ right: ExpressionResult
    ) -> ExpressionResult {
        // Prometheus keeps the vector's side.
        var result = left.shape == .scalar ? right : left
        result.counts = left.counts + right.counts
        result.quotients = left.quotients + right.quotients
        result.constant = nil
        if matching.returnsBool {
            result.value = .gauge
            result.excludesZero = false
            return result
        }
        // NaN is neither greater nor less than anything, so that a comparison leaves it out.
        if symbol != .notEqual { result.quotients = [] }
        let bound = left.shape == .scalar ? left.constant : right.constant
        let direction = left.shape == .scalar ? symbol.mirrored : symbol
        result.excludesZero = result.excludesZero || (bound.map { direction.excludesZero(beyond: $0) } ?? false)
        if !isStrict {
            // "Never happened", and counts against one another, are what they say.
            if symbol == .equal && bound == 0 { result.counts = [] }
            if bound == nil, left.shape == .vector, right.shape == .vector { result.counts = [] }
        }
        return result
    }

    private func arithmetic(
        _ symbol: PromQLOperator, _ left: ExpressionResult, _ right: ExpressionResult
    ) -> ExpressionResult {
        var result = left
        result.constant = nil
        result.counts = left.counts + right.counts
        result.quotients = left.quotients + right.quotients
        result.isSummed = left.isSummed || right.isSummed
        let isScaled = left.shape == .scalar || right.shape == .scalar
        let vector = left.shape == .scalar ? right : left
        switch symbol {
        case .plus:
            result.value = isScaled || left.value == right.value ? vector.value : Self.mixed(left, right)
            result.excludesZero = (left.constant ?? 0) > 0 || (right.constant ?? 0) > 0
        case .minus:
            result.value = isScaled ? vector.value : Self.mixed(left, right)
            result.excludesZero = false
            // What two counts differ by is a number of its own.
            if !isScaled, left.value.isCumulative || left.value == .unknown, right.value.isCumulative || right.value == .unknown
            {
                result.counts = []
            }
        case .times, .divide:
            let keepsLeft = left.value == .bucketRates || left.value == .nativeRates || right.value == .info
            result.value =
                isScaled && !(symbol == .divide && left.shape == .scalar) || keepsLeft ? vector.value : Self.mixed(left, right)
            if right.value == .info, left.value == .unknown { result.value = .unknown }
            result.excludesZero = left.excludesZero && (right.excludesZero || symbol == .divide)
        default:
            result.value = Self.mixed(left, right)
            result.excludesZero = symbol == .power && left.excludesZero
        }
        return result
    }

    private static func mixed(_ left: ExpressionResult, _ right: ExpressionResult) -> SeriesValue {
        left.value == .unknown || right.value == .unknown ? .unknown : .gauge
    }

    // MARK: - Labels

    private static func labels(
        _ symbol: PromQLOperator, _ matching: PromQLMatching, _ left: ExpressionResult, _ right: ExpressionResult
    ) -> ResultLabels {
        var labels = joined(symbol, matching, left, right)
        // Which series a comparison leaves is not known, so that they may be one for a target.
        if symbol.isComparison && !matching.returnsBool { labels.multiplying = [] }
        return labels
    }

    private static func joined(
        _ symbol: PromQLOperator, _ matching: PromQLMatching, _ left: ExpressionResult, _ right: ExpressionResult
    ) -> ResultLabels {
        guard left.shape != .scalar else { return right.labels }
        guard right.shape != .scalar else { return left.labels }
        guard left.shape == .vector, right.shape == .vector else { return .unknown }
        switch symbol {
        case .or: return left.labels.union(right.labels)
        case .and, .unless: return left.labels
        default: break
        }
        switch matching.many {
        case .left: return left.labels.including(matching.included, of: right.labels)
        case .right: return right.labels.including(matching.included, of: left.labels)
        case nil: break
        }
        switch matching.labels {
        case .on(let names):
            if names.contains(where: \.hasVariable) { return left.labels }
            var labels = left.labels.keeping(names)
            labels.certain.formUnion(right.labels.certain.intersection(labels.known))
            return labels
        case .ignoring(let names): return left.labels.removing(names).agreeing(with: right.labels.removing(names))
        case nil: return left.labels.agreeing(with: right.labels)
        }
    }
}

extension ResultLabels {
    /// The labels of the many side, and some of the one side.
    fileprivate func including(_ names: [String], of one: Self) -> Self {
        var labels = self
        for name in names {
            if name.hasVariable {
                labels.isOpen = true
            } else if one.canHave(name) {
                labels.add(name, isCertain: one.certain.contains(name))
            } else {
                labels.remove([name])
            }
        }
        return labels
    }
}

extension PromQLOperator {
    /// The comparison with its sides exchanged.
    fileprivate var mirrored: Self {
        switch self {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        default: self
        }
    }

    /// Whether what compares so with a number is never 0.
    fileprivate func excludesZero(beyond bound: Double) -> Bool {
        switch self {
        case .greater: bound >= 0
        case .greaterOrEqual: bound > 0
        case .less: bound <= 0
        case .lessOrEqual: bound < 0
        case .notEqual: bound == 0
        case .equal: bound != 0
        default: false
        }
    }
}

extension PromQLExpression {
    /// The expressions that are not 0 where this one has a series; of `unless`, those that are 0 where it has one.
    fileprivate func conditions(under isNegated: Bool) -> [PromQLExpression] {
        switch form {
        case .binary(.and, _, let left, let right) where !isNegated:
            return left.conditions(under: false) + right.conditions(under: false)
        case .binary(let symbol, let matching, let operand, let bound)
        where symbol.isComparison && !matching.returnsBool:
            guard case .number(let value) = bound.form else { return [] }
            return isNegated
                ? (symbol == .equal && value == 0 ? [operand] : []) : (symbol.excludesZero(beyond: value) ? [operand] : [])
        default: return []
        }
    }
}
