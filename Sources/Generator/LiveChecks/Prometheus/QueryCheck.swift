public import ApusPromQL

/// Asks a live server whether an expression finds something, and where not, why.
public struct QueryCheck: Sendable {
    /// What came of an expression.
    public enum Verdict: Hashable, Sendable {
        case found(series: Int)
        /// Every selector has series, and no series passes the conditions or finds a partner: as it should be for an alert.
        case nothingPasses
        /// Every selector has series, and one that looks back has none of that time, as they have not been there for as long.
        case noPast
        /// No event has happened yet: it would have made the series of these selectors or, where there are none of these, given the
        /// expression a value, such as a ratio of two rates.
        case nothingHappened([EmptySelector])
        /// Some selector has no series.
        case empty([EmptySelector])
        case refused(String)
    }

    private let server: any QueryServer
    /// What takes the place of `$__rate_interval` and other windows that Grafana would fill in.
    private let window: Duration
    private let eventNames: Set<String>

    /// - Parameters:
    ///   - window: takes the place of windows that Grafana would fill in.
    ///   - eventNames: the names of series that come into being with the first event of their kind, such as a counter's by the status of an
    ///     answer. Alerts that have never fired (`ALERTS`) are among them anyway.
    public init(server: any QueryServer, window: Duration, eventNames: Set<String> = []) {
        self.server = server
        self.window = window
        self.eventNames = eventNames.union(["ALERTS", "ALERTS_FOR_STATE"])
    }

    /// - Throws: ``QueryServerError`` when the server cannot be asked at all.
    public func verdict(on expression: PromQLExpression) async throws(QueryServerError) -> Verdict {
        let expression = expression.filled(window: window)
        let count: Int
        do {
            count = try await server.seriesCount(of: expression)
        } catch .refused(let reason) {
            return .refused(reason)
        }
        guard count == 0 else { return .found(series: count) }
        var seen: Set<PromQLSelector> = []
        var empty: [EmptySelector] = []
        for selector in expression.selectorsThatMustFind where seen.insert(selector).inserted {
            if let found = try await emptiness(of: selector) { empty.append(found) }
        }
        let faults = empty.filter { !$0.isOfEvents(eventNames) }
        guard faults.isEmpty else { return .empty(faults) }
        if empty.isEmpty, try await hasNoPast(expression) { return .noPast }
        let isOfEvents = expression.selectors.contains { $0.name.map(eventNames.contains) ?? false }
        return empty.isEmpty && !isOfEvents ? .nothingPasses : .nothingHappened(empty)
    }

    /// Whether one of the selectors that look back finds nothing of that time.
    private func hasNoPast(_ expression: PromQLExpression) async throws(QueryServerError) -> Bool {
        for selector in Set(expression.selectors) where selector.modifiers.offset != nil {
            if try await server.seriesCount(of: PromQLExpression(.selector(selector))) == 0 { return true }
        }
        return false
    }

    /// Why a selector finds nothing; nil when it finds something.
    private func emptiness(of selector: PromQLSelector) async throws(QueryServerError) -> EmptySelector? {
        guard try await server.seriesCount(of: PromQLExpression(.selector(selector))) == 0 else { return nil }
        let named = selector.withoutExceptions
        if named.matchers.count < selector.matchers.count, named.name != nil || !named.matchers.isEmpty,
            try await server.seriesCount(of: PromQLExpression(.selector(named))) > 0
        {
            // All that there is, is excepted: of what nobody has named there is nothing.
            return nil
        }
        var bare = selector
        bare.matchers = []
        if let name = selector.name, try await server.seriesCount(of: PromQLExpression(.selector(bare))) == 0 {
            var known = SeriesDeclarations()
            let names = try await server.values(of: "__name__", in: nil)
            // The server remembers names for hours.
            guard !names.contains(name) else {
                return EmptySelector(selector: selector.description, name: name, reason: .gone(name))
            }
            for other in names { known.declare(other, kind: nil, labels: nil) }
            let like = known.nearest(to: name)
            return EmptySelector(selector: selector.description, name: name, reason: .unknownMetric(name, like: like))
        }
        for case .label(let label, let relation, let value) in selector.matchers {
            var narrowed = bare
            narrowed.matchers = [.label(label, relation, value)]
            guard try await server.seriesCount(of: PromQLExpression(.selector(narrowed))) == 0 else { continue }
            let values = try await server.values(of: label, in: selector.name == nil ? nil : bare)
            return EmptySelector(
                selector: selector.description, name: selector.name,
                reason: values.isEmpty
                    ? .unknownLabel(label) : .noSuchValue("\(label)\(relation.rawValue)\"\(value)\"", of: label, values: values)
            )
        }
        return EmptySelector(selector: selector.description, name: selector.name, reason: .matchersTogether)
    }
}

/// A selector without series.
public struct EmptySelector: Hashable, Sendable, CustomStringConvertible {
    public enum Reason: Hashable, Sendable {
        /// No series has the name; the nearest that there is.
        case unknownMetric(String, like: String?)
        /// Series had the name, and none has it now.
        case gone(String)
        /// No series of the metric has the label.
        case unknownLabel(String)
        /// The label is there, with other values.
        case noSuchValue(String, of: String, values: [String])
        /// Each matcher finds something, but no series has all.
        case matchersTogether
    }

    public let selector: String
    /// The name of the metric; nil where a regular expression says it.
    public let name: String?
    public let reason: Reason

    /// Whether the absence is as it should be while no event has happened; a label that no series has, or a target that is not there, is a
    /// fault even so.
    fileprivate func isOfEvents(_ names: Set<String>) -> Bool {
        guard let name, names.contains(name) else { return false }
        return switch reason {
        case .unknownMetric, .gone, .matchersTogether: true
        case .unknownLabel: false
        case .noSuchValue(_, let label, _): TargetKey(rawValue: label) == nil
        }
    }

    public var description: String {
        switch reason {
        case .unknownMetric(let name, let like):
            "no series is called \(name)" + (like.map { ": is it \($0)?" } ?? ": does anything export it?")
        case .gone(let name): "no series is called \(name) now, and some were: whatever exported it is gone, or does so no more"
        case .unknownLabel(let label): "no series of \(selector) has the label \(label)"
        case .noSuchValue(let matcher, let label, let values):
            "nothing has \(matcher) in \(selector): \(label) is "
                + values.prefix(5).map { "\"\($0)\"" }.joined(separator: ", ") + (values.count > 5 ? ", …" : "")
        case .matchersTogether: "each matcher of \(selector) finds series, but none has all of them"
        }
    }
}

extension PromQLExpression {
    /// The expression as Grafana asks it with every variable at “All”.
    func filled(window: Duration) -> PromQLExpression {
        func filled(_ duration: PromQLDuration) -> PromQLDuration {
            if case .variable = duration { PromQLDuration(window) } else { duration }
        }
        return rebuilt { form in
            switch form {
            case .selector(let selector): .selector(selector.withoutVariables)
            case .range(let selector, let range): .range(selector.withoutVariables, window: filled(range))
            case .subquery(let inner, let range, let step, let modifiers):
                .subquery(inner, window: filled(range), step: step.map(filled), modifiers)
            default: form
            }
        }
    }

    /// The selectors without which there is no result: not those whose absence is asked for, nor those that only may contribute.
    /// A selector with an offset is looked for as it is now, as a fleet that has just begun has no past.
    fileprivate var selectorsThatMustFind: [PromQLSelector] {
        switch form {
        case .selector(let selector), .range(let selector, _): [selector.asItIsNow]
        case .call(.absent, _), .call(.absentOverTime, _): []
        case .binary(.unless, _, let left, _): left.selectorsThatMustFind
        case .binary(.or, _, let left, let right): left.selectorsThatMustFind + right.selectorsThatMustFind
        default: form.parts.flatMap(\.selectorsThatMustFind)
        }
    }
}

extension PromQLSelector {
    /// A copy that looks at no other time.
    fileprivate var asItIsNow: PromQLSelector {
        var selector = self
        selector.modifiers.offset = nil
        return selector
    }

    /// A copy without the matchers that say what is not asked for.
    fileprivate var withoutExceptions: PromQLSelector {
        var selector = self
        selector.matchers = matchers.filter { matcher in
            guard case .label(_, let relation, let value) = matcher else { return true }
            // What refuses the empty value asks for a label that is there.
            return switch relation {
            case .equals, .matches: true
            case .differs: value.isEmpty
            case .matchesNot: value.isEmpty || value.contains { "*?".contains($0) }
            }
        }
        return selector
    }

    /// A copy without the matchers that a variable decides.
    fileprivate var withoutVariables: PromQLSelector {
        var selector = self
        selector.matchers = matchers.filter { matcher in
            switch matcher {
            case .label(_, _, let value): !value.contains("$") && !value.contains("[[")
            case .variable: false
            }
        }
        // Prometheus takes no selector that could be empty.
        if selector.name == nil && selector.matchers.isEmpty { selector.matchers = [.label("__name__", .matches, ".+")] }
        return selector
    }
}
