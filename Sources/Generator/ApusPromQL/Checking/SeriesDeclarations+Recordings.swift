/// What a recording rule records.
public struct RecordedSeries: Hashable, Sendable {
    public let name: String
    public let expression: PromQLExpression
    /// The labels that the rule itself adds; an empty value takes the label away.
    public let labels: [String: String]

    public init(name: String, expression: PromQLExpression, labels: [String: String] = [:]) {
        self.name = name
        self.expression = expression
        self.labels = labels
    }
}

extension SeriesDeclarations {
    /// Declares what a recording rule records; declare the rules of a set together with ``declare(recordings:)``.
    public mutating func declare(recording name: String, expression: PromQLExpression, labels: [String: String] = [:]) {
        declare(recordings: [RecordedSeries(name: name, expression: expression, labels: labels)])
    }

    /// Declares what recording rules record: labels and kind follow from their expressions.
    ///
    /// They may use one another in any order.
    public mutating func declare(recordings more: [RecordedSeries]) {
        for recording in more {
            know(recording.name)
            recordings[recording.name, default: []].append(recording)
            // Known as a name until it is resolved.
            recorded[recording.name] = DeclaredSeries(labels: .unknown, value: .unknown)
        }
        recorded = [:]
        for name in recordings.keys { recorded[name] = DeclaredSeries(labels: .unknown, value: .unknown) }
        var resolved: Set<String> = []
        for name in recordings.keys.sorted() { resolve(name, &resolved, depth: 0) }
    }

    /// Rules upon rules go deeper only by mistake; what is beyond stays open.
    private static let greatestDepth = 100

    private mutating func resolve(_ name: String, _ resolved: inout Set<String>, depth: Int) {
        guard let rules = recordings[name], depth < Self.greatestDepth, resolved.insert(name).inserted else { return }
        var result: DeclaredSeries?
        for rule in rules {
            // A rule over itself finds its own name open.
            for used in rule.expression.metricNames where used != name { resolve(used, &resolved, depth: depth + 1) }
            let series = series(of: rule)
            result = result?.merged(with: series) ?? series
        }
        if let result { recorded[name] = result }
    }

    private func series(of rule: RecordedSeries) -> DeclaredSeries {
        var checker = PromQLChecker(declarations: self, context: CheckContext(.recording, strictness: .foreign))
        let result = checker.evaluate(rule.expression)
        var labels = result.labels
        for (name, value) in rule.labels {
            if value.isEmpty {
                labels.remove([name])
            } else {
                labels.add(name, isCertain: true)
                labels.fixed[name] = value
            }
        }
        return DeclaredSeries(labels: labels, value: result.value, isSummed: result.isSummed)
    }
}

extension PromQLExpression {
    /// The names that selectors ask for, in the order in which they are written.
    public var metricNames: [String] {
        switch form {
        case .number, .string, .variable: []
        case .selector(let selector), .range(let selector, _): selector.metricName.map { [$0] } ?? []
        case .subquery(let inner, _, _, _), .negated(let inner): inner.metricNames
        case .call(_, let arguments): arguments.flatMap(\.metricNames)
        case .aggregation(_, _, let parameter, let operand): (parameter?.metricNames ?? []) + operand.metricNames
        case .binary(_, _, let left, let right): left.metricNames + right.metricNames
        }
    }
}

extension PromQLSelector {
    /// The name, wherever it stands; `nil` when it is not one certain name.
    var metricName: String? {
        if let name { return name.hasVariable ? nil : name }
        for case .label("__name__", .equals, let value) in matchers where !value.hasVariable { return value }
        return nil
    }
}

extension String {
    /// Whether a variable of Grafana stands in it, or may.
    var hasVariable: Bool {
        var last: UInt8 = 0
        for byte in utf8 {
            if byte == UInt8(ascii: "$") || (byte == UInt8(ascii: "[") && last == byte) { return true }
            last = byte
        }
        return false
    }
}
