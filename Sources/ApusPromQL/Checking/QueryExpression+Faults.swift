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
        case .number: return nil
        case .selector(let selector): return selector.labels
        case .range(let selector, let window):
            if let fault = window.fault(of: selector, in: context) { faults.append(fault) }
            return selector.labels
        case .call(let function, let arguments):
            let labels = arguments.compactMap { $0.inspect(context, &faults) }.first
            return function == .histogramQuantile ? labels?.subtracting(["le"]) : labels
        case .aggregation(_, let operand, let keys):
            let labels = operand.inspect(context, &faults) ?? []
            for key in keys where !labels.contains(key) {
                faults.append(.missingLabel(key, operand: operand.description))
            }
            return labels.intersection(keys)
        case .binary(let symbol, let left, let right, let keys):
            let leftLabels = left.inspect(context, &faults)
            let rightLabels = right.inspect(context, &faults)
            guard let leftLabels, let rightLabels else {
                if symbol == .divide && rightLabels != nil && !right.isGuarded {
                    faults.append(.unguardedDivision(divisor: right.description))
                }
                return leftLabels ?? rightLabels
            }
            if let keys {
                for key in keys {
                    for (operand, labels) in [(left, leftLabels), (right, rightLabels)] where !labels.contains(key) {
                        faults.append(.missingLabel(key, operand: operand.description))
                    }
                }
            } else if leftLabels != rightLabels && symbol != .or {
                faults.append(
                    .labelsDiffer(operation: description, left: leftLabels.sorted(), right: rightLabels.sorted()))
            }
            if symbol == .divide && !right.isGuarded {
                faults.append(.unguardedDivision(divisor: right.description))
            }
            if symbol == .or { return leftLabels.union(rightLabels) }
            // Matching one to one keeps the labels that were matched on.
            return symbol.isSetOperator ? leftLabels : keys.map(Set.init) ?? leftLabels
        }
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
