/// A count and a sum of observations, without quantiles: the cheapest way to a mean.
public struct Summary<Labels: LabelSet>: MetricDeclaration {
    public let family: MetricFamily

    /// - Parameters:
    ///   - name: with its base unit.
    ///   - help: one sentence for people.
    ///   - unit: what the name ends in; only needed for a unit that is not a usual one.
    public init(_ name: String, _ help: String, unit: String? = nil) {
        family = MetricFamily(name: name, kind: .summary, help: help, labelNames: Labels.labelNames, unit: unit)
    }
}
