/// A histogram whose buckets grow by a factor: `2^(2^-schema)`, from 65,536 (-4) to 1.0027 (8).
///
/// Bucket `i` holds what lies in `(b^(i-1), b^i]` with `b` that factor, as Prometheus numbers them; OTLP has the number before.
package struct ExponentialValue: Sendable, Equatable {
    /// The schemas that Prometheus reads.
    package static let schemas = -4...8
    /// The maximum number of observations: the difference between two buckets goes to Prometheus with a sign, and it drops the whole
    /// scrape for a bucket that it reads as negative.
    package static let most = UInt64(Int64.max)

    package private(set) var schema: Int
    /// What lies within this distance of zero is counted by ``zeroCount``.
    package var zeroThreshold: Double
    package var zeroCount: UInt64
    package private(set) var positive: ExponentialBuckets
    package private(set) var negative: ExponentialBuckets
    /// The sum of all observations; `nil` when it was not told.
    package var sum: Double?

    /// Takes buckets of any schema from -4 on; those of a finer one than 8, and more of them than a limit, are united by twos until
    /// they are within both, which loses nothing but resolution.
    ///
    /// - Returns: `nil` for a schema below -4, and when all observations together are more than ``most``.
    package init?(
        schema: Int, zeroThreshold: Double, zeroCount: UInt64, positive: ExponentialBuckets, negative: ExponentialBuckets,
        sum: Double?, mostBuckets: Int
    ) {
        guard schema >= Self.schemas.lowerBound, schema <= 64, Self.total(zeroCount, positive, negative) != nil else {
            return nil
        }
        self.schema = schema
        self.zeroThreshold = zeroThreshold
        self.zeroCount = zeroCount
        self.positive = positive.trimmed
        self.negative = negative.trimmed
        self.sum = sum
        if schema > Self.schemas.upperBound { coarsen(by: schema - Self.schemas.upperBound) }
        while max(self.positive.counts.count, self.negative.counts.count) > mostBuckets, self.schema > Self.schemas.lowerBound {
            coarsen(by: 1)
        }
    }

    /// All observations.
    package var count: UInt64 { Self.total(zeroCount, positive, negative) ?? Self.most }

    private static func total(
        _ zeroCount: UInt64, _ positive: ExponentialBuckets, _ negative: ExponentialBuckets
    ) -> UInt64? {
        var total = zeroCount
        for count in [positive.counts, negative.counts].joined() {
            let (sum, overflow) = total.addingReportingOverflow(count)
            guard !overflow else { return nil }
            total = sum
        }
        return total <= most ? total : nil
    }

    /// Adds what another one has counted meanwhile. The result has the coarser of both schemas, or one at which its buckets are within
    /// the limit.
    ///
    /// - Returns: whether it could: zero has the same threshold in both, and all observations are at most ``most``.
    package mutating func add(_ other: Self, mostBuckets: Int) -> Bool {
        // Neither is more than the half of what the type holds.
        guard zeroThreshold == other.zeroThreshold, count + other.count <= Self.most else { return false }
        var other = other
        let coarsest = min(schema, other.schema)
        coarsen(by: schema - coarsest)
        other.coarsen(by: other.schema - coarsest)
        while schema > Self.schemas.lowerBound,
            max(positive.span(with: other.positive), negative.span(with: other.negative)) > mostBuckets
        {
            coarsen(by: 1)
            other.coarsen(by: 1)
        }
        positive.add(other.positive)
        negative.add(other.negative)
        zeroCount += other.zeroCount
        if let more = other.sum { sum = sum.map { $0 + more } } else { sum = nil }
        return true
    }

    /// Unites buckets by twos, so many times.
    private mutating func coarsen(by steps: Int) {
        guard steps > 0 else { return }
        positive.coarsen(by: steps)
        negative.coarsen(by: steps)
        schema -= steps
    }
}

/// The buckets of one side of an exponential histogram.
package struct ExponentialBuckets: Sendable, Equatable {
    /// The number of the first bucket.
    package private(set) var first: Int
    /// The counts of buckets in a row.
    package private(set) var counts: [UInt64]

    package init(first: Int = 0, counts: [UInt64] = []) {
        self.first = first
        self.counts = counts
    }

    /// Without the empty buckets at both ends.
    var trimmed: Self {
        guard let start = counts.firstIndex(where: { $0 > 0 }), let end = counts.lastIndex(where: { $0 > 0 }) else {
            return Self()
        }
        return Self(first: first + start, counts: Array(counts[start...end]))
    }

    /// The number of buckets that both have together, those between them included.
    func span(with other: Self) -> Int {
        if counts.isEmpty { return other.counts.count }
        if other.counts.isEmpty { return counts.count }
        return max(first + counts.count, other.first + other.counts.count) - min(first, other.first)
    }

    mutating func coarsen(by steps: Int) {
        guard !counts.isEmpty else { return }
        // A bucket ends where the last of those ends that it is made of.
        let start = (first - 1) >> steps + 1
        var united = [UInt64](repeating: 0, count: (first + counts.count - 2) >> steps + 2 - start)
        for (offset, count) in counts.enumerated() { united[(first + offset - 1) >> steps + 1 - start] += count }
        self = Self(first: start, counts: united)
    }

    mutating func add(_ other: Self) {
        guard !other.counts.isEmpty else { return }
        guard !counts.isEmpty else { return self = other }
        let start = min(first, other.first)
        var sums = [UInt64](repeating: 0, count: span(with: other))
        for (offset, count) in counts.enumerated() { sums[first + offset - start] += count }
        for (offset, count) in other.counts.enumerated() { sums[other.first + offset - start] += count }
        self = Self(first: start, counts: sums)
    }

    /// As both wire forms of native histograms have it.
    var sparse: SparseBuckets {
        var sparse = SparseBuckets()
        for (offset, count) in counts.enumerated() { sparse.append(first + offset, count) }
        return sparse
    }
}

extension ExponentialValue {
    /// The powers of two that are bounds where a format has no exponential buckets: the same for every histogram, so that no series
    /// comes and goes with what is observed.
    static let classicExponents = Array(stride(from: -20, through: 40, by: 2))

    /// Classic buckets with exact counts: bounds that lie within a bucket, which only those of schemas below -1 can, are left out, and
    /// those within the zero bucket.
    var classic: ReceivedHistogram {
        let below = negative.counts.reduce(zeroCount, +)
        var bounds: [Double] = []
        var cumulative: [UInt64] = []
        var total = below
        var next = 0
        for exponent in Self.classicExponents where isBound(exponent) {
            let bound = Double(sign: .plus, exponent: exponent, significand: 1)
            guard bound >= zeroThreshold else { continue }
            let last = exponent << schema
            while next < positive.counts.count, positive.first + next <= last {
                total += positive.counts[next]
                next += 1
            }
            bounds.append(bound)
            cumulative.append(total)
        }
        return ReceivedHistogram(bounds: bounds, cumulativeCounts: cumulative + [count], sum: sum)
    }

    private func isBound(_ exponent: Int) -> Bool { schema >= 0 || exponent % (1 << -schema) == 0 }
}
