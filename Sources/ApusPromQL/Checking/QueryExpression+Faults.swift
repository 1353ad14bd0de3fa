import ApusMetrics

extension QueryExpression {
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
        switch self {
        case .number:
            return nil
        case .selector(let selector):
            if selector.isMonotonic { faults.append(.bareCounter(selector: selector.description)) }
            return selector.inspect(&faults)
        case .range(let selector, let window):
            if !selector.isMonotonic { faults.append(.rateOfGauge(selector: selector.description)) }
            if let fault = window.fault(of: selector, in: context) { faults.append(fault) }
            return selector.inspect(&faults)
        case .call(.absent, let arguments):
            return arguments.first?.absentLabels(&faults)
        case .call(.histogramQuantile, let arguments):
            let labels = arguments.last?.inspect(context, &faults) ?? []
            if !labels.contains("le") {
                faults.append(.missingBuckets(operand: arguments.last?.description ?? ""))
            }
            return labels.subtracting(["le"])
        case .call(_, let arguments):
            return arguments.first?.inspect(context, &faults)
        case .aggregation(_, let operand, let keys):
            let labels = operand.inspect(context, &faults) ?? []
            for key in keys where !labels.contains(key) {
                faults.append(.missingLabel(key, operand: operand.description))
            }
            return labels.intersection(keys)
        case .binary(let symbol, let left, let right, let keys):
            let labels = (left.inspect(context, &faults), right.inspect(context, &faults))
            if symbol == .divide && labels.1 != nil && !right.isGuarded {
                faults.append(.unguardedDivision(divisor: right.description))
            }
            guard let leftLabels = labels.0, let rightLabels = labels.1 else { return labels.0 ?? labels.1 }
            guard let keys else {
                if leftLabels != rightLabels {
                    faults.append(.labelsDiffer(operation: description, left: leftLabels.sorted(), right: rightLabels.sorted()))
                }
                return leftLabels.union(rightLabels)
            }
            for (operand, labels) in [(left, leftLabels), (right, rightLabels)] {
                for key in keys where !labels.contains(key) {
                    faults.append(.missingLabel(key, operand: operand.description))
                }
            }
            // Set operators leave their series as they are; matching one to one keeps the labels that were matched on.
            return symbol.isSetOperator ? leftLabels : Set(keys)
        }
    }

    /// The labels that `absent` can tell: those that the missing series would have had for certain.
    private func absentLabels(_ faults: inout [QueryFault]) -> Set<String>? {
        guard case .selector(let selector) = self else { return [] }
        _ = selector.inspect(&faults)
        return Set(selector.matchers.filter { $0.relation == .equals }.map(\.name))
    }

    /// Whether the values are compared with a number so that 0 is not among them.
    private var isGuarded: Bool {
        guard case .binary(let symbol, _, .number(let bound), _) = self else { return false }
        switch symbol {
        case .greater: return bound >= 0
        case .greaterOrEqual: return bound > 0
        case .notEqual: return bound == 0
        default: return false
        }
    }
}

extension SeriesSelector {
    /// Whether the values only rise, so that they mean something as a rate alone.
    fileprivate var isMonotonic: Bool { family.kind != .gauge }

    fileprivate func inspect(_ faults: inout [QueryFault]) -> Set<String> {
        for matcher in matchers where !labels.contains(matcher.name) {
            faults.append(.missingLabel(matcher.name, operand: name))
        }
        return labels
    }
}

extension RateWindow {
    fileprivate func fault(of selector: SeriesSelector, in context: QueryContext) -> QueryFault? {
        switch (self, context) {
        case (.rateInterval, .rule): .panelWindowInRule(selector: selector.description)
        case (.fixed(let window), .panel): .fixedWindowInPanel(selector: selector.description, window: window)
        case (.fixed(let window), .rule(let interval)) where window < interval * 4:
            .windowTooShort(selector: selector.description, window: window, scrapeInterval: interval)
        default: nil
        }
    }
}
