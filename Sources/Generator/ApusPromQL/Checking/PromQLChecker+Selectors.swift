extension PromQLChecker {
    mutating func evaluate(_ selector: PromQLSelector, _ expression: PromQLExpression) -> ExpressionResult {
        checkVariables(of: selector, expression)
        checkConditions(of: selector, expression)
        var result = ExpressionResult()
        result.labels = .unknown
        if let name = selector.metricName {
            if let series = selector.family.flatMap({ SeriesDeclarations.series(named: name, of: $0) }) ?? declarations[name] {
                result.labels = series.labels
                result.value = series.value
                result.isSummed = series.isSummed
                result.excludesZero = series.value == .info
            } else if context.reportsUnknownMetrics {
                let like = declarations.nearest(to: name).map { ": did you mean \($0)?" }
                note(
                    .unknownMetric, at: expression,
                    "no metric \(name) is declared" + (like ?? ": declare it, or name one that is"))
            }
            if result.value == .unknown, name.hasSuffix("_info") { result.value = .info }
        }
        for case .label(let name, let relation, let value) in selector.matchers where name != "__name__" {
            match(name, relation, value, expression, &result.labels)
        }
        if result.value.isCumulative { result.counts = [expression] }
        return result
    }

    private mutating func match(
        _ name: String, _ relation: MatchRelation, _ value: String, _ expression: PromQLExpression, _ labels: inout ResultLabels
    ) {
        guard !name.hasVariable else { return }
        let isCertain = value.hasVariable ? false : relation.excludesEmpty(value)
        if !labels.canHave(name) {
            let others = labels.list
            note(
                .missingLabel, at: expression, foreign: isCertain ? .error : .warning,
                "\(expression.excerpt) matches by the label \(name), which it does not have: it has \(others)")
            return
        }
        if relation == .equals && value.isEmpty { return labels.remove([name]) }
        labels.known.insert(name)
        guard isCertain else { return }
        labels.certain.insert(name)
        if relation == .equals {
            labels.fixed[name] = value
            labels.multiplying.remove(name)
        }
    }

    private mutating func checkConditions(of selector: PromQLSelector, _ expression: PromQLExpression) {
        for case .label(let name, let relation, let value) in selector.matchers
        where (relation == .matches || relation == .matchesNot) && !value.hasVariable {
            checkPattern(value, relation, of: name, expression)
        }
        guard selector.matchers.count > 1 else { return }
        var allowed: [String: Set<String>] = [:]
        for case .label(let name, let relation, let value) in selector.matchers where !value.hasVariable {
            guard let values = relation.choices(value) else { continue }
            let before = allowed[name]
            let both = before.map { $0.intersection(values) } ?? values
            allowed[name] = both
            if both.isEmpty, before?.isEmpty == false {
                note(
                    .contradictoryMatchers, at: expression,
                    "the conditions on \(name) exclude one another, so that no series matches:"
                        + " leave one out, or write =~\"…|…\""
                )
            }
        }
        for case .label(let name, .differs, let value) in selector.matchers where allowed[name] == [value] {
            note(
                .contradictoryMatchers, at: expression,
                "\(name) is to be \(PromQLQuoting.quoted(value)) and not to be: leave one condition out")
        }
    }

    private mutating func checkPattern(
        _ pattern: String, _ relation: MatchRelation, of name: String, _ expression: PromQLExpression
    ) {
        if let fault = RegularExpressionSyntax.fault(in: pattern) {
            note(
                .invalidPattern, at: expression,
                "\(name)\(relation.rawValue)\(PromQLQuoting.quoted(pattern)) is no regular expression that Prometheus"
                    + " takes: \(fault)"
            )
        } else if relation == .matchesNot, pattern == ".*" {
            note(
                .invalidPattern, at: expression, foreign: .warning,
                "\(name)!~\".*\" excludes every value: write \(name)=\"\" for series without the label")
        } else if pattern.isEmpty, relation == .matches {
            note(
                .invalidPattern, at: expression, declared: .warning, foreign: .warning,
                "\(name)=~\"\" matches the empty value alone: write \(name)=\"\", or the pattern that is missing")
        }
    }

    // MARK: - Variables of Grafana

    mutating func checkVariable(in window: PromQLDuration, _ expression: PromQLExpression) {
        if case .variable(let name) = window { checkVariable(name, expression) }
    }

    mutating func checkVariable(_ name: String, _ expression: PromQLExpression) {
        guard context.place != .panel else { return }
        note(
            .variableInRule, at: expression,
            "\(expression.excerpt) has Grafana's \(name) in a rule, where nothing replaces it: give it a fixed value")
    }

    private mutating func checkVariables(of selector: PromQLSelector, _ expression: PromQLExpression) {
        if case .variable(let name)? = selector.modifiers.offset { checkVariable(name, expression) }
        if case .variable(let name)? = selector.modifiers.time { checkVariable(name, expression) }
        if let name = selector.name, name.hasVariable { checkVariable(name, expression) }
        for case .variable(let name) in selector.matchers { checkVariable(name, expression) }
    }
}

extension MatchRelation {
    /// Whether a label that matches is certainly not empty.
    fileprivate func excludesEmpty(_ value: String) -> Bool {
        switch self {
        case .equals: !value.isEmpty
        case .differs: value.isEmpty
        case .matches: value == ".+" || choices(value).map { !$0.contains("") } ?? false
        case .matchesNot: value.isEmpty || value == ".*"
        }
    }

    /// The values that match, if they are few and written out.
    fileprivate func choices(_ value: String) -> Set<String>? {
        switch self {
        case .equals: [value]
        case .matches:
            value.utf8.allSatisfy { PromQLQuoting.isLetter($0) || PromQLQuoting.isDigit($0) || "-/ |".utf8.contains($0) }
                ? Set(value.split(separator: "|", omittingEmptySubsequences: false).map(String.init)) : nil
        case .differs, .matchesNot: nil
        }
    }
}
