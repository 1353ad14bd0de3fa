/// A count that only rises, or starts again from zero with its process.
public struct Counter<Labels: LabelSet>: MetricDeclaration {
    public let family: MetricFamily

    /// - Parameters:
    ///   - name: ends in `_total`; base units (`_seconds_total`, `_bytes_total`).
    ///   - help: one sentence for people.
    ///   - unit: what the name ends in before `_total`; only needed for a unit that is not a usual one.
    ///   - exemplars: whether a series keeps the last exemplar that an increment came with.
    public init(_ name: String, _ help: String, unit: String? = nil, exemplars: Bool = false) {
        family = MetricFamily(
            name: name, kind: .counter, help: help, labelNames: Labels.labelNames, unit: unit, keepsExemplars: exemplars)
    }
}
