import ApusText

extension PromQLChecker {
    mutating func evaluate(
        _ function: PromQLFunction, _ arguments: [PromQLExpression], _ expression: PromQLExpression
    ) -> ExpressionResult {
        var results: [ExpressionResult] = []
        for argument in arguments { results.append(evaluate(argument)) }
        // The vector or the window among the arguments; numbers and strings are beside it.
        let place = arguments.firstIndex { $0.type == .instantVector || $0.type == .rangeVector }
        let operand = place.map { (arguments[$0], results[$0]) }
        switch function {
        case .rate, .irate, .increase:
            return rate(function, operand, expression)
        case .delta, .idelta, .deriv, .predictLinear, .holtWinters, .doubleExponentialSmoothing:
            return slope(function, operand)
        case .absent, .absentOverTime:
            return ExpressionResult(labels: operand.map { absentLabels($0.0) } ?? .none, value: .gauge, excludesZero: true)
        case .histogramQuantile, .histogramFraction, .histogramAverage, .histogramStddev, .histogramStdvar:
            return quantile(function, arguments, results)
        case .histogramCount, .histogramSum:
            guard let result = operand?.1 else { return .unknown }
            return result.with(result.value == .nativeRates ? .rate : .counter)
        case .labelReplace, .labelJoin:
            return relabelled(function, arguments, operand?.1 ?? .unknown)
        case .time, .pi:
            var result = ExpressionResult.number(nil)
            result.excludesZero = true
            return result
        case .vector:
            var result = results.first ?? .unknown
            result.shape = .vector
            result.labels = .none
            return result
        case .scalar:
            var result = operand?.1 ?? .unknown
            result.shape = .scalar
            result.labels = .none
            return result
        case .changes, .resets, .countOverTime, .presentOverTime, .timestamp:
            checkWindow(of: function, operand)
            return operand?.1.fresh(excludesZero: function != .changes && function != .resets) ?? .unknown
        case .clampMin:
            let bound = results.last?.constant ?? 0
            let result = operand?.1 ?? .unknown
            return result.with(result.value, excludesZero: bound > 0 || result.excludesZero)
        case .quantileOverTime:
            check(quantile: arguments.first, results.first, of: function)
            let result = operand?.1 ?? .unknown
            return result.with(result.value, excludesZero: result.excludesZero)
        case .sort, .sortDescending, .sortByLabel, .sortByLabelDescending, .avgOverTime, .maxOverTime, .minOverTime,
            .lastOverTime, .sumOverTime, .abs, .sqrt:
            let result = operand?.1 ?? .unknown
            return result.with(result.value, excludesZero: result.excludesZero)
        case .exp:
            return operand?.1.with(.gauge, excludesZero: true) ?? .unknown
        case .stddevOverTime, .stdvarOverTime, .madOverTime:
            return operand?.1.fresh() ?? .unknown
        case .dayOfMonth, .dayOfWeek, .dayOfYear, .daysInMonth, .hour, .minute, .month, .year:
            return operand?.1.fresh() ?? ExpressionResult(labels: .none, value: .gauge)
        case .round, .ceil, .floor, .clamp, .clampMax:
            let result = operand?.1 ?? .unknown
            return result.with(result.value)
        case .acos, .acosh, .asin, .asinh, .atan, .atanh, .cos, .cosh, .deg, .ln, .log10, .log2, .rad, .sgn, .sin, .sinh, .tan,
            .tanh:
            return operand?.1.with(.gauge) ?? .unknown
        }
    }

    // MARK: - Rates

    private mutating func rate(
        _ function: PromQLFunction, _ operand: (PromQLExpression, ExpressionResult)?, _ expression: PromQLExpression
    ) -> ExpressionResult {
        guard let (argument, result) = operand else { return .unknown }
        checkWindow(of: function, operand)
        switch result.value {
        case .gauge, .info, .rate, .bucketRates, .nativeRates:
            note(
                .rateOfGauge, at: argument,
                "\(argument.excerpt) is \(result.value.name), of which \(function.rawValue) means nothing: use its value,"
                    + " or deriv for its slope")
        default:
            if result.isSummed || argument.isSumOverTime {
                note(
                    .rateOfSum, at: argument, foreign: .warning,
                    "\(argument.excerpt) is a sum, in which the restart of one process looks like one of all:"
                        + " take \(function.rawValue) first, then the sum")
            }
        }
        let isBuckets = result.value == .buckets || (result.value == .unknown && argument.isOverBuckets)
        return result.fresh(isBuckets ? .bucketRates : result.value.rate)
    }

    private mutating func slope(
        _ function: PromQLFunction, _ operand: (PromQLExpression, ExpressionResult)?
    ) -> ExpressionResult {
        guard let (argument, result) = operand else { return .unknown }
        checkWindow(of: function, operand)
        if result.value.isCumulative {
            note(
                .gaugeFunctionOfCounter, at: argument, foreign: .warning,
                "\(argument.excerpt) is \(result.value.name), whose restarts \(function.rawValue) takes for a fall:"
                    + " use \(function == .idelta || function == .deriv ? "rate" : "increase")")
        }
        return result.fresh()
    }

    /// Windows of functions that need several samples.
    private mutating func checkWindow(of function: PromQLFunction, _ operand: (PromQLExpression, ExpressionResult)?) {
        guard let argument = operand?.0, case .range(_, .milliseconds(let length)) = argument.form else { return }
        let window = Duration.milliseconds(length)
        if context.place == .panel, [.rate, .irate, .increase].contains(function), window < .seconds(3600) {
            note(
                .fixedWindowInPanel, at: argument, foreign: .warning,
                "\(argument.excerpt) has the fixed window \(DurationText.string(window)) in a panel, which loses samples when"
                    + " zoomed out: use $__rate_interval")
        }
        guard let interval = context.scrapeInterval, window < interval * 4 else { return }
        note(
            .windowTooShort, at: argument, foreign: .warning,
            "\(argument.excerpt) looks back \(DurationText.string(window)), less than four scrapes:"
                + " take at least \(DurationText.string(interval * 4))")
    }

    mutating func check(step: PromQLDuration, _ expression: PromQLExpression) {
        checkVariable(in: step, expression)
        guard case .milliseconds(let length) = step,
            let interval = [context.scrapeInterval, context.evaluationInterval].compactMap({ $0 }).min(),
            .milliseconds(length) < interval
        else { return }
        note(
            .stepTooShort, at: expression, declared: .warning, foreign: .warning,
            "the subquery's step \(DurationText.string(.milliseconds(length))) is shorter than the interval of"
                + " \(DurationText.string(interval)), and counts each sample several times: take a step of at least that")
    }

    // MARK: - Histograms

    private mutating func quantile(
        _ function: PromQLFunction, _ arguments: [PromQLExpression], _ results: [ExpressionResult]
    ) -> ExpressionResult {
        guard let operand = arguments.last, let result = results.last else { return .unknown }
        if function == .histogramQuantile { check(quantile: arguments.first, results.first, of: function) }
        var labels = result.labels
        labels.remove(["le"])
        let isNative = result.value == .nativeHistogram || result.value == .nativeRates
        let mayBeNative = function == .histogramQuantile || function == .histogramFraction
        if mayBeNative, !isNative, !result.labels.canHave("le"), result.shape == .vector,
            result.value != .unknown || operand.isOverBuckets
        {
            // Of a rate that is no declared one it is not known that its histogram is not a native one.
            if result.value != .rate || operand.isOverBuckets || isStrict || operand.isDeclared(in: declarations) {
                note(
                    .missingBuckets, at: operand,
                    "\(operand.excerpt) has no label le to take a quantile of:"
                        + " keep le in the grouping of a histogram's bucket rates"
                )
            }
        } else if result.value == .buckets || result.value == .nativeHistogram
            || (result.value == .unknown && operand.isBareBuckets)
        {
            note(
                .quantileOfTotals, at: operand, foreign: .warning,
                "\(operand.excerpt) counts since each process began: take the rate of the buckets first")
        }
        var fresh = result.fresh()
        fresh.labels = labels
        return fresh
    }

    mutating func check(quantile: PromQLExpression?, _ result: ExpressionResult?, of function: some RawRepresentable<String>) {
        guard let quantile, let value = result?.constant, !(0...1).contains(value) else { return }
        let remedy = value > 1 && value <= 100 ? ": write \(PromQLNumber.string(value / 100))" : ": write one from 0 to 1"
        note(
            .parameterOutOfRange, at: quantile,
            "\(PromQLNumber.string(value)) is no quantile, and \(function.rawValue) gives an infinity for it\(remedy)")
    }

    // MARK: - Labels

    /// The labels that `absent` can tell: those that the missing series would have had for certain.
    private func absentLabels(_ operand: PromQLExpression) -> ResultLabels {
        guard case .selector(let selector) = operand.form.withoutWindow else { return .none }
        var labels = ResultLabels.none
        var seen: Set<String> = []
        for case .label(let name, let relation, let value) in selector.matchers where name != "__name__" {
            guard relation == .equals, seen.insert(name).inserted, !name.hasVariable else {
                labels.remove([name])
                seen.insert(name)
                continue
            }
            if !value.isEmpty { labels.add(name, isCertain: true) }
            if !value.hasVariable { labels.fixed[name] = value }
        }
        if selector.matchers.contains(where: { if case .variable = $0 { true } else { false } }) { labels.isOpen = true }
        return labels
    }

    private mutating func relabelled(
        _ function: PromQLFunction, _ arguments: [PromQLExpression], _ operand: ExpressionResult
    ) -> ExpressionResult {
        var result = operand
        let texts = arguments.dropFirst().map { argument -> String? in
            if case .string(let text) = argument.form { text } else { nil }
        }
        guard let target = texts.first, let target, !target.hasVariable else {
            result.labels = .unknown
            return result
        }
        let sources = function == .labelReplace ? texts.dropFirst(2).prefix(1) : texts.dropFirst(2)
        for case .some(let source) in sources
        where !source.isEmpty && !source.hasVariable && source != "__name__" && !operand.labels.canHave(source) {
            note(
                .missingLabel, at: arguments.first?.position ?? 0..<0, foreign: .warning,
                "\(function.rawValue) reads the label \(source), which the result before it does not have:"
                    + " it has \(operand.labels.list)"
            )
        }
        let wasMultiplying = result.labels.multiplying
        result.labels.add(target, isCertain: false)
        // What tells series apart may stand in the new label alone now.
        if sources.contains(where: { $0.map(wasMultiplying.contains) ?? false }) { result.labels.multiplying = [] }
        return result
    }
}

extension PromQLExpression.Form {
    /// A window's series.
    fileprivate var withoutWindow: Self {
        if case .range(let selector, _) = self { .selector(selector) } else { self }
    }
}

extension PromQLExpression {
    /// Whether it is a subquery over a sum or an average of plain series.
    fileprivate var isSumOverTime: Bool {
        guard case .subquery(let inner, _, _, _) = form, case .aggregation(let aggregation, _, _, let operand) = inner.form,
            case .selector = operand.form
        else { return false }
        return aggregation == .sum || aggregation == .avg
    }

    /// Whether every metric in it is named as the buckets of a histogram with explicit bounds.
    fileprivate var isOverBuckets: Bool {
        let names = metricNames
        return !names.isEmpty && names.allSatisfy { $0.hasSuffix("_bucket") }
    }

    /// Whether it is a selector of buckets, or a sum over one, without a rate.
    fileprivate var isBareBuckets: Bool {
        switch form {
        case .selector: isOverBuckets
        case .aggregation(_, _, _, let operand): operand.isBareBuckets
        default: false
        }
    }

    fileprivate func isDeclared(in declarations: SeriesDeclarations) -> Bool {
        let names = metricNames
        return !names.isEmpty && names.allSatisfy { (declarations[$0]?.value ?? .unknown) != .unknown }
    }
}
