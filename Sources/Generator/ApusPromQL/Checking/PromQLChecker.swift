/// Follows labels and values through an expression from its leaves up, and notes what cannot be meant.
struct PromQLChecker {
    let declarations: SeriesDeclarations
    let context: CheckContext
    private(set) var findings: [PromQLFinding] = []
    /// Divisions to be reported whatever becomes of their quotients.
    var pending: [ExpressionResult.Quotient] = []

    init(declarations: SeriesDeclarations, context: CheckContext) {
        self.declarations = declarations
        self.context = context
    }

    var isStrict: Bool { context.strictness == .declared }

    /// Checks a whole expression: its parts, and what its result still is.
    @discardableResult
    mutating func check(_ expression: PromQLExpression) -> ExpressionResult {
        let result = evaluate(expression)
        for selector in result.counts { report(bareCounter: selector) }
        for quotient in isStrict ? pending : result.quotients.filter(\.isIdle) { report(quotient) }
        if context.place == .alert { checkAlert(expression, result) }
        return result
    }

    mutating func evaluate(_ expression: PromQLExpression) -> ExpressionResult {
        switch expression.form {
        case .number(let value): return .number(value)
        case .string: return ExpressionResult(shape: .scalar, labels: .none)
        case .variable(let name):
            checkVariable(name, expression)
            return .unknown
        case .selector(let selector): return evaluate(selector, expression)
        case .range(let selector, let window):
            checkVariable(in: window, expression)
            return evaluate(selector, expression)
        case .subquery(let inner, let window, let step, _):
            checkVariable(in: window, expression)
            if let step { check(step: step, expression) }
            return evaluate(inner)
        case .negated(let operand):
            var result = evaluate(operand)
            result.constant = result.constant.map { -$0 }
            return result
        case .call(let function, let arguments): return evaluate(function, arguments, expression)
        case .aggregation(let aggregation, let grouping, let parameter, let operand):
            return evaluate(aggregation, grouping, parameter, operand, expression)
        case .binary(let symbol, let matching, let left, let right):
            return evaluate(symbol, matching, left, right, expression)
        }
    }

    // MARK: - Noting

    /// - Parameter foreign: how bad it is in other people's expressions; `nil`: not worth a word there.
    mutating func note(
        _ kind: PromQLFindingKind, at expression: PromQLExpression, declared: PromQLFinding.Severity = .error,
        foreign: PromQLFinding.Severity? = .error, _ message: @autoclosure () -> String
    ) {
        note(kind, at: expression.position, declared: declared, foreign: foreign, message())
    }

    mutating func note(
        _ kind: PromQLFindingKind, at position: Range<Int>, declared: PromQLFinding.Severity = .error,
        foreign: PromQLFinding.Severity? = .error, _ message: @autoclosure () -> String
    ) {
        guard let severity = isStrict ? declared : foreign else { return }
        let finding = PromQLFinding(kind, severity, at: position, message())
        // A part that stands in several results is one finding.
        if !findings.contains(finding) { findings.append(finding) }
    }

    private mutating func report(bareCounter selector: PromQLExpression) {
        note(
            .bareCounter, at: selector, foreign: .warning,
            "\(selector.excerpt) only rises, from wherever its process began: take its rate or its increase")
    }

    mutating func report(_ quotient: ExpressionResult.Quotient) {
        note(
            .unguardedDivision, at: quotient.division, foreign: context.place == .panel ? nil : .warning,
            "\(quotient.divisor.excerpt) can be 0 and the quotient NaN: divide by it only where it is > 0")
    }

    private mutating func checkAlert(_ expression: PromQLExpression, _ result: ExpressionResult) {
        if case .binary(let symbol, let matching, _, _) = expression.form, symbol.isComparison, matching.returnsBool {
            note(
                .unconditionalAlert, at: expression,
                "with bool the comparison gives 0 instead of nothing, and the alert always fires: leave bool out")
        } else if result.shape == .vector, !expression.mayBeEmpty, !expression.metricNames.isEmpty,
            isStrict || !expression.isSelected
        {
            note(
                .unconditionalAlert, at: expression, foreign: .warning,
                "\(expression.excerpt) has no condition, and the alert fires as long as the series exist:"
                    + " compare it with a threshold"
            )
        }
    }
}

extension PromQLExpression {
    /// Whether a condition leaves series out, or may.
    fileprivate var mayBeEmpty: Bool {
        switch form {
        case .number, .string, .range: false
        case .selector(let selector):
            // Records and alerts may be conditions themselves.
            selector.metricName.map { $0.hasPrefix("ALERTS") || $0.utf8.contains(UInt8(ascii: ":")) } ?? true
        case .variable: true
        case .subquery(let inner, _, _, _), .negated(let inner): inner.mayBeEmpty
        case .call(.absent, _), .call(.absentOverTime, _): true
        case .call(_, let arguments): arguments.contains(where: \.mayBeEmpty)
        case .aggregation(_, _, _, let operand): operand.mayBeEmpty
        case .binary(let symbol, let matching, let left, let right):
            symbol == .and || symbol == .unless || (symbol.isComparison && !matching.returnsBool) || left.mayBeEmpty
                || right.mayBeEmpty
        }
    }

    /// Whether it is series by their labels alone: facts, which are there or not.
    fileprivate var isSelected: Bool {
        if case .selector(let selector) = form { !selector.matchers.isEmpty } else { false }
    }

    /// The expression for a message: whole when it is short.
    var excerpt: String {
        let text = description
        return text.count <= 100 ? text : text.prefix(99) + "…"
    }
}
