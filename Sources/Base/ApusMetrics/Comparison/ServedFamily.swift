/// A family as a target serves it, without its values.
public struct ServedFamily: Hashable, Sendable {
    public let name: String
    /// As its `# TYPE` line has it; untyped without one.
    public internal(set) var kind: ServedKind = .untyped
    /// As its `# HELP` line has it, unescaped.
    public internal(set) var help: String?
    /// The labels that at least one of its samples has, sorted; also one whose value is empty, which Prometheus takes for none.
    /// A histogram's `le` and a summary's `quantile` belong to the format.
    public internal(set) var labelNames: [String] = []
    public internal(set) var sampleCount = 0
}

/// The types of the text format 0.0.4.
public enum ServedKind: String, Sendable, CaseIterable {
    case counter, gauge, histogram, summary, untyped

    /// The labels that tell the samples of one histogram or summary apart.
    var ownLabel: String? {
        switch self {
        case .histogram: "le"
        case .summary: "quantile"
        case .counter, .gauge, .untyped: nil
        }
    }

    /// What the names of its samples end in, besides those that are the family's name itself.
    var suffixes: [String] {
        switch self {
        case .histogram: ["_bucket", "_sum", "_count"]
        case .summary: ["_sum", "_count"]
        case .counter, .gauge, .untyped: []
        }
    }
}
