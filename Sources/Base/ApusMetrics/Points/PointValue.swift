/// What a series is worth, by the kind of its family.
public enum PointValue: Equatable, Sendable {
    /// A counter that is kept as a whole number, or any other exact one.
    case integer(UInt64)
    /// A counter with fractions, or a gauge.
    case double(Double)
    /// Counts of a histogram's buckets in order of their bounds, not cumulative, `+Inf`'s last; the count is their sum.
    case histogram(counts: [UInt64], sum: Double)
    case nativeHistogram(NativeHistogramValue)
    case summary(count: UInt64, sum: Double)
    case info
    /// Which of the family's states holds; `nil` when none does.
    case stateSet(Int?)
}
