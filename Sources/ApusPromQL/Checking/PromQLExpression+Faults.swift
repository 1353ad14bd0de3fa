import ApusMetrics

extension PromQLExpression {
    /// What is wrong with this expression where it will be evaluated; empty when nothing is.
    public func faults(in context: QueryContext) -> [QueryFault] {
        var faults: [QueryFault] = []
        _ = inspect(context, &faults)
        return faults
    }

    /// The labels that the result can have, sorted; nil for a number.
    public var resultLabels: [String]? {
        var ignored: [QueryFault] = []
        return inspect(.panel, &ignored)?.sorted()
    }

    /// Collects faults from the leaves up, and gives the labels of the result: nil for a number.
    private func inspect(_ context: QueryContext, _ faults: inout [QueryFault]) -> Set<String>? {
        switch form {
        case .number, .string, .variable:
            return nil
        case .selector(let selector):
            if selector.isMonotonic { faults.append(.bareCounter(selector: selector.description)) }
            return selector.inspect(&faults)
        case .range(let selector, let window):
            if let fault = window.fault(of: selector, in: context) { faults.append(fault) }
            return selector.inspect(&faults)
        case .subquery(let inner, _, _, _):
            return inner.inspect(context, &faults)
        case .call(.absent, let arguments), .call(.absentOverTime, let arguments):
            return arguments.first?.absentLabels(&faults)
        case .call(.histogramQuantile, let arguments):
            let labels = arguments.last?.inspect(context, &faults) ?? []
            if !labels.contains("le") {
                faults.append(.missingBuckets(operand: arguments.last?.description ?? ""))
            }
            return labels.subtracting(["le"])
        case .call(let function, let arguments):
            if let selector = arguments.lazy.compactMap(\.rangeSelector).first {
                if [.rate, .increase, .irate].contains(function) && !selector.isMonotonic {
                    faults.append(.rateOfGauge(selector: selector.description))
                }
            }
            if function == .timestamp, case .selector(let selector)? = arguments.first?.form {
                return selector.inspect(&faults)
            }
            var labels: Set<String>?
            for argument in arguments { labels = labels ?? argument.inspect(context, &faults) }
            return labels
        case .aggregation(let aggregation, let grouping, let parameter, let operand):
            let labels = operand.inspect(context, &faults) ?? []
            if [.topk, .bottomk].contains(aggregation) { return labels }
            if aggregation == .countValues, case .string(let label)? = parameter?.form { return [label] }
            for key in grouping?.names ?? [] where !labels.contains(key) {
                faults.append(.missingLabel(key, operand: operand.description))
            }
            return switch grouping {
            case .by(let keys): labels.intersection(keys)
            case .without(let keys): labels.subtracting(keys)
            case nil: []
            }
        case .negated(let operand):
            return operand.inspect(context, &faults)
        case .binary(let symbol, let matching, let left, let right):
            return inspect(symbol, matching, left, right, context, &faults)
        }
    }

    private func inspect(
        _ symbol: PromQLOperator, _ matching: PromQLMatching, _ left: PromQLExpression, _ right: PromQLExpression,
        _ context: QueryContext, _ faults: inout [QueryFault]
    ) -> Set<String>? {
        let labels = (left.inspect(context, &faults), right.inspect(context, &faults))
        if symbol == .divide && labels.1 != nil && !right.isGuarded {
            faults.append(.unguardedDivision(divisor: right.description))
        }
        guard let leftLabels = labels.0, let rightLabels = labels.1 else { return labels.0 ?? labels.1 }
        switch matching.labels {
        case nil:
            if leftLabels != rightLabels {
                faults.append(.labelsDiffer(operation: description, left: leftLabels.sorted(), right: rightLabels.sorted()))
            }
            return leftLabels.union(rightLabels)
        case .ignoring(let keys):
            if leftLabels.subtracting(keys) != rightLabels.subtracting(keys) {
                faults.append(.labelsDiffer(operation: description, left: leftLabels.sorted(), right: rightLabels.sorted()))
            }
            return symbol.isSetOperator || matching.many != nil ? leftLabels : leftLabels.subtracting(keys)
        case .on(let keys):
            for (operand, labels) in [(left, leftLabels), (right, rightLabels)] {
                for key in keys where !labels.contains(key) {
                    faults.append(.missingLabel(key, operand: operand.description))
                }
            }
            for key in matching.included where !rightLabels.contains(key) {
                faults.append(.missingLabel(key, operand: right.description))
            }
            // Set operators leave their series as they are; matching one to one keeps the labels that were matched on.
            return symbol.isSetOperator || matching.many != nil ? leftLabels.union(matching.included) : Set(keys)
        }
    }

    private var rangeSelector: PromQLSelector? {
        if case .range(let selector, _) = form { selector } else { nil }
    }

    /// The labels that `absent` can tell: those that the missing series would have had for certain.
    private func absentLabels(_ faults: inout [QueryFault]) -> Set<String>? {
        let selector: PromQLSelector
        switch form {
        case .selector(let direct), .range(let direct, _): selector = direct
        default: return []
        }
        _ = selector.inspect(&faults)
        return Set(
            selector.matchers.compactMap { if case .label(let name, .equals, _) = $0 { name } else { nil } })
    }

    /// Whether the values are compared with a number so that 0 is not among them.
    private var isGuarded: Bool {
        guard case .binary(let symbol, _, _, let right) = form, case .number(let bound) = right.form else { return false }
        switch symbol {
        case .greater: return bound >= 0
        case .greaterOrEqual: return bound > 0
        case .notEqual: return bound == 0
        default: return false
        }
    }
}

extension PromQLSelector {
    /// Whether the values only rise, so that they mean something as a rate alone.
    fileprivate var isMonotonic: Bool {
        guard let family else { return false }
        return switch family.kind {
        case .gauge, .info, .stateSet: false
        case .counter, .histogram, .nativeHistogram, .summary: true
        }
    }

    /// The labels that the series can have.
    fileprivate func inspect(_ faults: inout [QueryFault]) -> Set<String> {
        guard let family else { return [] }
        var labels = Set(family.labelNames + TargetKey.allCases.map(\.rawValue))
        if name == family.name + "_bucket" { labels.insert("le") }
        if family.kind == .stateSet { labels.insert(family.name) }
        if family.kind == .nativeHistogram { labels.insert("le") }
        for case .label(let label, _, _) in matchers where !labels.contains(label) {
            faults.append(.missingLabel(label, operand: name ?? ""))
        }
        return labels
    }
}

extension PromQLDuration {
    fileprivate func fault(of selector: PromQLSelector, in context: QueryContext) -> QueryFault? {
        switch (self, context) {
        case (.variable, .rule): return .panelWindowInRule(selector: selector.description)
        case (.milliseconds(let window), .panel):
            return .fixedWindowInPanel(selector: selector.description, window: .milliseconds(window))
        case (.milliseconds(let window), .rule(let interval)) where .milliseconds(window) < interval * 4:
            return .windowTooShort(
                selector: selector.description, window: .milliseconds(window), scrapeInterval: interval)
        default: return nil
        }
    }
}
