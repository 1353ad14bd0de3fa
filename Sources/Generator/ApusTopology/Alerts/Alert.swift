public import ApusMetrics
public import ApusPromQL

/// A condition that people must hear of, with what they are told and the input that proves it works.
///
/// Written between the braces of a ``Fleet``, it becomes a rule of Prometheus, a test of that rule, a route of Alertmanager and a
/// runbook:
///
/// ```swift
/// Alert(
///     "CartAbandoned", when: Shop.abandoned.series.value > 100, severity: .low,
///     summary: "Many carts are left behind.",
///     description: "\(.instance) holds \(value: .decimals(0)) carts that nobody paid.",
///     runbook: Runbook(
///         meaning: "The number of unpaid carts is past its limit.", impact: "Sales are lost.",
///         actions: ["Look at the payment provider's status page."]))
/// ```
public struct Alert: FleetPart {
    /// In CamelCase, unique in the fleet.
    public let name: String
    /// Fires for each series of its result.
    public let condition: PromQLExpression
    /// How long the condition must last; nil for ``Alerting/hold``.
    public let hold: Duration?
    public let severity: Severity
    /// Labels that the alert gets besides those of its condition's series, and the severity.
    public let labels: [String: String]
    /// One plain sentence.
    public let summary: String
    public let description: [TextPart]
    public let runbook: Runbook
    /// What the test of the rule feeds it; empty when that follows from the condition.
    public let inputs: [AlertInput]
    /// Further tests, for what one input cannot show: conditions of two parts, each of which must cross its limit alone.
    public let furtherInputs: [[AlertInput]]
    public let place: SourcePlace

    /// - Parameters:
    ///   - condition: fires for each series of its result.
    ///   - hold: how long it must last; nil for ``Alerting/hold``.
    ///   - description: may name the labels of the condition's series, and their values.
    ///   - inputs: for which the alert is silent, fires and resolves; nil when they follow from the condition, which compares one
    ///     gauge, the rate of one counter or an aggregation of such with a number.
    public init<Key>(
        _ name: String, when condition: InstantVector<Key>, for hold: Duration? = nil, severity: Severity,
        labels: [String: String] = [:], summary: String, description: LabelText<Key>, runbook: Runbook,
        inputs: [AlertInput] = [], furtherInputs: [[AlertInput]] = [], fileID: String = #fileID, line: Int = #line
    ) {
        self.name = name
        self.condition = condition.expression
        self.hold = hold
        self.severity = severity
        self.labels = labels
        self.summary = summary
        self.description = description.parts
        self.runbook = runbook
        self.inputs = inputs
        self.furtherInputs = furtherInputs
        place = SourcePlace(fileID: fileID, line: line)
    }
}

extension Alert {
    public var partName: String? { name }
    public var standsAlone: Bool { false }
}

extension Fleet {
    /// The fleet's own alerts, besides those that every fleet has, in order of declaration.
    public var alerts: [Alert] { parts(of: Alert.self) }
}
