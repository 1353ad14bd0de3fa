/// Facts of the process that do not change while it runs, such as its version: a series whose value is always 1 and whose labels are
/// what it says.
public struct Info<Labels: LabelSet>: MetricDeclaration {
    public let family: MetricFamily

    /// - Parameters:
    ///   - name: ends in `_info`.
    ///   - help: one sentence for people.
    public init(_ name: String, _ help: String) {
        family = MetricFamily(name: name, kind: .info, help: help, labelNames: Labels.labelNames)
    }
}
