/// A metric, declared once: what records it, what exports it and what queries it refer to this value.
public protocol MetricDeclaration<Labels>: Sendable {
    associatedtype Labels: LabelSet

    /// Name, kind, help and labels.
    var family: MetricFamily { get }
}

extension MetricDeclaration {
    public var name: String { family.name }
}
