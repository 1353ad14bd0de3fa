/// A series with all that is known of it at one moment, for encoders that need more than a number a line.
public struct Point: Equatable, Sendable {
    /// Rendered without braces (``LabelBytes``), those of the target included.
    public let labels: [UInt8]
    public let value: PointValue
    /// Seconds since the Unix epoch at which the count began; `nil` where nobody knows, and for what does not count.
    public let created: Double?
    /// The exemplars: of a counter at most one; of a histogram one for each bucket, `+Inf`'s last, or none; else none.
    public let exemplars: [Exemplar?]

    public init(labels: [UInt8], value: PointValue, created: Double? = nil, exemplars: [Exemplar?] = []) {
        self.labels = labels
        self.value = value
        self.created = created
        self.exemplars = exemplars
    }
}

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
    /// The index of the family's state that holds; `nil` when none does.
    case stateSet(Int?)
}

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

extension PointValue {
    /// Whether readers can take the value for one of its kind.
    ///
    /// A counter is no number below zero, and the counts of a histogram's buckets have a sum that its type holds
    /// (``ExponentialValue/most`` of a native one). Prometheus and strict readers of OpenMetrics drop a whole scrape for one that is not so.
    package func isPossible(_ kind: MetricKind) -> Bool {
        switch self {
        case .double(let value): kind != .counter || value >= 0
        case .histogram(let counts, _): Self.total(counts) != nil
        case .nativeHistogram(let value):
            Self.total(value.counts + [value.zeroCount, value.below, value.above]).map { $0 <= ExponentialValue.most } ?? false
        default: true
        }
    }

    private static func total(_ counts: [UInt64]) -> UInt64? {
        var total: UInt64 = 0
        for count in counts {
            let (sum, overflow) = total.addingReportingOverflow(count)
            guard !overflow else { return nil }
            total = sum
        }
        return total
    }
}

/// An observation that stands for its series: a value with the labels of, say, the trace that it came from.
public struct Exemplar: Equatable, Sendable {
    /// Rendered without braces (``LabelBytes``); names and values have at most 128 characters together.
    public let labels: [UInt8]
    public let value: Double
    /// Seconds since the Unix epoch.
    public let timestamp: Double?

    public init(labels: [UInt8], value: Double, timestamp: Double?) {
        self.labels = labels
        self.value = value
        self.timestamp = timestamp
    }
}
