/// The labels that series get from their target, whatever their declaration says.
public struct TargetLabels: Hashable, Sendable {
    let names: LabelNames
    /// Whether there may be others: nothing is said about labels then.
    let isOpen: Bool

    /// These, each on every series.
    public static func exactly(_ names: some Sequence<String>) -> Self { Self(names: LabelNames(names), isOpen: false) }
    /// These on every series, and others that are not known.
    public static func atLeast(_ names: some Sequence<String>) -> Self { Self(names: LabelNames(names), isOpen: true) }

    /// What this product's scrape configuration and agent give.
    public static let standard = exactly(TargetKey.allCases.map(\.rawValue))
    /// What every scrape gives.
    public static let unknown = atLeast(["job", "instance"])
}
