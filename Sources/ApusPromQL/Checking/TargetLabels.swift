/// The labels that series get from their target, whatever their declaration says.
public enum TargetLabels: Hashable, Sendable {
    /// These, each on every series.
    case exactly(Set<String>)
    /// These on every series, and others that are not known: nothing is said about labels then.
    case atLeast(Set<String>)

    /// What this product's scrape configuration and agent give.
    public static let standard = Self.exactly(Set(TargetKey.allCases.map(\.rawValue)))
    /// What every scrape gives.
    public static let unknown = Self.atLeast(["job", "instance"])

    var names: Set<String> {
        switch self {
        case .exactly(let names), .atLeast(let names): names
        }
    }

    var isOpen: Bool {
        if case .atLeast = self { true } else { false }
    }
}
