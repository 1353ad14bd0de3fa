/// One side of a native histogram as both of its wire forms have it: counts of populated buckets, and spans that say which.
struct SparseBuckets {
    /// The offset of the first span is the index of its first bucket, that of another one the buckets left out before it.
    private(set) var spans: [(offset: Int, length: Int)] = []
    /// The counts of the buckets, as many as the lengths of all spans together.
    private(set) var counts: [UInt64] = []
    private var next = 0

    /// Takes the next bucket; indices rise.
    mutating func append(_ index: Int, _ count: UInt64) {
        guard count > 0 else { return }
        let gap = index - next
        next = index + 1
        if let last = spans.indices.last, gap <= 1 {
            // A single empty bucket is shorter than another span.
            if gap == 1 { counts.append(0) }
            spans[last].length += gap + 1
        } else {
            spans.append((gap, 1))
        }
        counts.append(count)
    }
}

extension NativeHistogramValue {
    /// The bucket above that of the greatest finite double; on the negative side that below the least.
    private var overflowIndex: Int { 1024 << shape.schema + 1 }

    var positive: SparseBuckets {
        var buckets = SparseBuckets()
        for (offset, count) in counts.enumerated() { buckets.append(shape.firstIndex + offset, count) }
        buckets.append(overflowIndex, above)
        return buckets
    }

    var negative: SparseBuckets {
        var buckets = SparseBuckets()
        buckets.append(overflowIndex, below)
        return buckets
    }

    /// Cumulative counts of the classic buckets at the shape's ``NativeShape/classicExponents``, and of `+Inf`'s.
    ///
    /// What lies in or below the zero bucket lies below the first bound; what lies above the range only `+Inf` has.
    var classicCounts: [UInt64] {
        var cumulative = zeroCount &+ below
        var next = 0
        var classic = shape.classicExponents.map { exponent in
            let end = min((exponent - shape.lowestExponent) << shape.schema, counts.count)
            while next < end {
                cumulative &+= counts[next]
                next += 1
            }
            return cumulative
        }
        classic.append(count)
        return classic
    }
}
