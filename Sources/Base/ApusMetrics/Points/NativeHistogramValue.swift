/// A native histogram's counts, dense over the range that its family was declared with (``NativeShape``).
public struct NativeHistogramValue: Equatable, Sendable {
    public let shape: NativeShape
    /// Observations whose absolute value is at most the shape's zero threshold.
    public let zeroCount: UInt64
    /// Counts of the positive buckets in ascending order: as many as ``NativeShape/bucketCount``.
    public let counts: [UInt64]
    /// Observations below the negative zero threshold; served in the bucket that ends at `-Inf`.
    public let below: UInt64
    /// Observations above the range, and those that are not a number; served in the bucket that ends at `+Inf`.
    public let above: UInt64
    public let sum: Double

    public init(shape: NativeShape, zeroCount: UInt64, counts: [UInt64], below: UInt64, above: UInt64, sum: Double) {
        self.shape = shape
        self.zeroCount = zeroCount
        self.counts = counts
        self.below = below
        self.above = above
        self.sum = sum
    }

    /// All observations: the sum of the buckets as they were read, so that it never contradicts them.
    public var count: UInt64 { counts.reduce(zeroCount &+ below &+ above, &+) }
}
