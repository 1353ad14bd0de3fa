/// Operators that make one series of many, or choose some; the raw values are PromQL's.
public enum PromQLAggregation: String, CaseIterable, Sendable {
    case sum, avg, count, min, max, group, stddev, stdvar, topk, bottomk, quantile
    case countValues = "count_values"
    /// Experimental, since Prometheus 2.54.
    case limitk
    /// Experimental, since Prometheus 2.54.
    case limitRatio = "limit_ratio"

    /// The type of the argument before the series; `nil` for those that take none.
    public var parameter: PromQLType? {
        switch self {
        case .topk, .bottomk, .quantile, .limitk, .limitRatio: .scalar
        case .countValues: .string
        default: nil
        }
    }
}

/// The labels that an aggregation keeps.
public enum PromQLGrouping: Hashable, Sendable {
    case by([String])
    case without([String])

    public var names: [String] {
        switch self {
        case .by(let names), .without(let names): names
        }
    }
}
