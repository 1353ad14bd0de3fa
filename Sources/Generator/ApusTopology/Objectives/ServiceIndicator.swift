public import ApusPromQL

/// What an objective counts, as counters that are added up over all their series.
public enum ServiceIndicator: Hashable, Sendable {
    /// The bad events, and all of them.
    case failures(bad: [PromQLSelector], total: [PromQLSelector])
    /// The observations of a histogram within one of its bounds, in seconds, and all of them.
    case within(histogram: PromQLSelector, bound: Double)
}
