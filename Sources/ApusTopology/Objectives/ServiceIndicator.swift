public import ApusPromQL

/// What an objective counts, as counters that are added up over all their series.
public enum ServiceIndicator: Hashable, Sendable {
    /// The bad events, and all of them.
    case failures(bad: [SeriesSelector], total: [SeriesSelector])
    /// The observations of a histogram within one of its bounds, in seconds, and all of them.
    case within(histogram: SeriesSelector, bound: Double)
}
