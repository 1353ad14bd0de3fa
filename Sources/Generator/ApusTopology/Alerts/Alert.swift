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
///
/// An alert with a ``Threshold`` knows its limit: dashboards draw it, and a fleet can change it.
public struct Alert: FleetPart {
    /// The name in CamelCase, unique in the fleet.
    public let name: String
    /// The query that fires for each series of its result.
    public let condition: PromQLExpression
    /// The limit that the condition compares with; nil when it compares with nothing that a fleet could change.
    public let threshold: Threshold?
    /// How long the condition must last; nil for ``Alerting/hold``.
    public let hold: Duration?
    /// How long the alert fires on after its condition has ceased, so that what comes and goes is one alert; nil: not at all.
    public let keepFiring: Duration?
    public let severity: Severity
    /// Labels that the alert gets besides those of its condition's series, and the severity.
    public let labels: [String: String]
    /// What is the case, as one plain sentence.
    public let summary: String
    public let description: [TextPart]
    public let runbook: Runbook
    /// The series that the test of the rule feeds it; empty when that follows from the condition.
    public let inputs: [AlertInput]
    /// Further tests, for what one input cannot show: conditions of two parts, each of which must cross its limit alone.
    public let furtherInputs: [[AlertInput]]
    /// The place of the alert's declaration.
    public let place: SourcePlace

    /// Declares an alert that compares with nothing that a fleet could change.
    ///
    /// - Parameters:
    ///   - condition: fires for each series of its result.
    ///   - hold: how long it must last; nil for ``Alerting/hold``.
    ///   - keepFiring: how long it fires on after its condition has ceased; nil: not at all.
    ///   - description: may name the labels of the condition's series, and their values.
    ///   - inputs: for which the alert is silent, fires and resolves; empty when they follow from the condition, which compares one
    ///     gauge, the rate of one counter or an aggregation of such with a number.
    public init<Key>(
        _ name: AlertName, when condition: InstantVector<Key>, for hold: Duration? = nil, keepFiring: Duration? = nil,
        severity: Severity, labels: [String: String] = [:], summary: String, description: LabelText<Key>, runbook: Runbook,
        inputs: [AlertInput] = [], furtherInputs: [[AlertInput]] = [], fileID: String = #fileID, line: Int = #line
    ) {
        self.init(
            name, condition.expression, nil, hold, keepFiring, severity, labels, summary, description.parts, runbook, inputs,
            furtherInputs, SourcePlace(fileID: fileID, line: line))
    }

    /// Declares an alert whose condition compares with a threshold, which has the severity too.
    public init<Key>(
        _ name: AlertName, when condition: InstantVector<Key>, for hold: Duration? = nil, keepFiring: Duration? = nil,
        threshold: Threshold, labels: [String: String] = [:], summary: String, description: LabelText<Key>, runbook: Runbook,
        inputs: [AlertInput] = [], furtherInputs: [[AlertInput]] = [], fileID: String = #fileID, line: Int = #line
    ) {
        self.init(
            name, condition.expression, threshold, hold, keepFiring, threshold.severity, labels, summary, description.parts,
            runbook, inputs, furtherInputs, SourcePlace(fileID: fileID, line: line))
    }

    /// Declares an alert that fires for each series above a threshold.
    public init<Key>(
        _ name: AlertName, when vector: InstantVector<Key>, above threshold: Threshold, for hold: Duration? = nil,
        summary: String, description: LabelText<Key>, runbook: Runbook, inputs: [AlertInput] = [], fileID: String = #fileID,
        line: Int = #line
    ) {
        self.init(
            name, when: vector > threshold.value, for: hold, threshold: threshold, summary: summary, description: description,
            runbook: runbook, inputs: inputs, fileID: fileID, line: line)
    }

    /// Declares an alert that fires for each series below a threshold.
    public init<Key>(
        _ name: AlertName, when vector: InstantVector<Key>, below threshold: Threshold, for hold: Duration? = nil,
        summary: String, description: LabelText<Key>, runbook: Runbook, inputs: [AlertInput] = [], fileID: String = #fileID,
        line: Int = #line
    ) {
        self.init(
            name, when: vector < threshold.value, for: hold, threshold: threshold, summary: summary, description: description,
            runbook: runbook, inputs: inputs, fileID: fileID, line: line)
    }

    private init(
        _ name: AlertName, _ condition: PromQLExpression, _ threshold: Threshold?, _ hold: Duration?,
        _ keepFiring: Duration?, _ severity: Severity, _ labels: [String: String], _ summary: String, _ description: [TextPart],
        _ runbook: Runbook, _ inputs: [AlertInput],
        _ furtherInputs: [[AlertInput]], _ place: SourcePlace
    ) {
        self.name = name.text
        self.condition = condition
        self.threshold = threshold
        self.hold = hold
        self.keepFiring = keepFiring
        self.severity = severity
        self.labels = labels
        self.summary = summary
        self.description = description
        self.runbook = runbook
        self.inputs = inputs
        self.furtherInputs = furtherInputs
        self.place = place
    }
}

extension Alert {
    public var partName: String? { name }
    public var standsAlone: Bool { false }
}

extension Alert {
    /// The limits that the alert compares with: its threshold, and those that its description names besides.
    package var limits: [Threshold] {
        var names: Set<String> = []
        let named = description.compactMap { part in if case .limit(let limit) = part { limit } else { nil } }
        return ((threshold.map { [$0] } ?? []) + named).filter { names.insert($0.name).inserted }
    }

    /// Whether the alert fires below its limit, and not above it.
    public var firesBelowLimit: Bool { threshold.map { condition.bounds(below: $0.value) } ?? false }
}

extension PromQLExpression {
    /// Whether a part of the expression keeps what is less than a number.
    fileprivate func bounds(below limit: Double) -> Bool {
        guard case .binary(let symbol, _, let left, let right) = form else { return false }
        if [.less, .lessOrEqual].contains(symbol), case .number(limit) = right.form { return true }
        return left.bounds(below: limit) || right.bounds(below: limit)
    }
}

extension Fleet {
    /// The fleet's own alerts, besides those that every fleet has, in order of declaration.
    public var alerts: [Alert] { parts(of: Alert.self) }
}

/// The name of an alert, which is declared once where the alert and others both speak of it.
///
/// Where only the alert has it, a text is enough. Whoever else names the alert, such as an ``Inhibition``, takes a constant:
///
/// ```swift
/// extension AlertName {
///     static let basketsPileUp = AlertName("BasketsPileUp")
/// }
/// ```
public struct AlertName: Hashable, Sendable, ExpressibleByStringLiteral {
    /// The name in CamelCase.
    public let text: String
    /// Whether fleets without the alert are as good as those with it.
    package let isOptional: Bool

    /// Names an alert that the fleet has.
    public init(_ text: String) {
        self.text = text
        isOptional = false
    }

    public init(stringLiteral text: String) { self.init(text) }

    private init(optional text: String) {
        self.text = text
        isOptional = true
    }

    /// Names an alert that some fleets have: an inhibition passes over it in the others.
    public static func ofSomeFleets(_ text: String) -> Self { Self(optional: text) }
}
