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
