/// A value that can rise and fall.
public struct Gauge<Labels: LabelSet>: MetricDeclaration {
    public let family: MetricFamily

    /// - Parameters:
    ///   - name: with its base unit (`_bytes`, `_seconds`, `_ratio`) and without `_total`.
    ///   - help: one sentence for people.
    ///   - unit: what the name ends in; only needed for a unit that is not a usual one.
    public init(_ name: String, _ help: String, unit: String? = nil) {
        family = MetricFamily(name: name, kind: .gauge, help: help, labelNames: Labels.labelNames, unit: unit)
    }
}
