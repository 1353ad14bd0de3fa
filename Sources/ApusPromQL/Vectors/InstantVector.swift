public import ApusMetrics

/// One value each for some series, at one moment. `Key` names the labels that they can have.
public struct InstantVector<Key: LabelKey>: Sendable {
    public let expression: QueryExpression

    init(_ expression: QueryExpression) {
        self.expression = expression
    }
}

/// The keys of a vector whose series were all made one: there are none, so that nothing can group or join by one.
public typealias NoKey = NoLabels.Key
