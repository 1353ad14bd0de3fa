public import ApusMetrics

/// One value each for some series, at one moment. `Key` names the labels that they can have.
public struct InstantVector<Key: LabelKey>: Sendable {
    public let expression: PromQLExpression

    init(_ expression: PromQLExpression) {
        self.expression = expression
    }

    init(_ form: PromQLExpression.Form) {
        expression = PromQLExpression(form)
    }
}

extension InstantVector {
    /// A vector of a raw expression, for what the typed ones cannot say. `Key` is the caller's word for the labels of its result:
    /// what it names is checked when files are generated.
    public init(raw expression: PromQLExpression) {
        self.expression = expression
    }
}

/// The keys of a vector whose series were all made one: there are none, so that nothing can group or join by one.
public typealias NoKey = NoLabels.Key
