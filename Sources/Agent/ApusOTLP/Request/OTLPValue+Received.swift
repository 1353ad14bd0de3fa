package import ApusMetrics
import ApusText

/// Why a point is not taken, in words for whoever sent it.
package struct OTLPRejection: Error, Equatable, Sendable {
    let reason: String

    /// The maximum number of code points of a reason, which may name what somebody else has written.
    private static let longest = 300

    init(_ reason: String) { self.reason = reason.excerpt(Self.longest) }
}

extension OTLPNumber {
    package func received(_ limits: OTLPLimits, isCounter: Bool) throws(OTLPRejection) -> ReceivedValue {
        switch self {
        case .none: throw OTLPRejection("a point has no value")
        case .integer(let value):
            guard !isCounter || value >= 0 else {
                throw OTLPRejection("a monotonic sum is below zero: record an up-down counter")
            }
            return .integer(Int128(value))
        case .double(let value):
            guard !isCounter || value >= 0 else { throw OTLPRejection("a monotonic sum is below zero or no number") }
            return .number(value)
        }
    }
}

extension OTLPHistogram {
    package func received(_ limits: OTLPLimits, isCounter: Bool) throws(OTLPRejection) -> ReceivedValue {
        // Some SDKs have a last bound that is infinite, and nothing above it.
        var (bounds, counts) = (bounds, counts)
        if bounds.last == .infinity, counts.count == bounds.count + 1, counts.last == 0 {
            bounds.removeLast()
            counts.removeLast()
        }
        guard bounds.allSatisfy(\.isFinite), !zip(bounds, bounds.dropFirst()).contains(where: { $0 >= $1 }) else {
            throw OTLPRejection("the bounds of a histogram are not finite and ascending")
        }
        // Without buckets there are a count and a sum.
        if counts.isEmpty && bounds.isEmpty { counts = [count] }
        guard counts.count == bounds.count + 1 else {
            throw OTLPRejection(
                "a histogram has \(counts.count) buckets for \(bounds.count) bounds: there is one more than bounds")
        }
        var cumulative: [UInt64] = []
        var total: UInt64 = 0
        for count in counts {
            let (sum, overflow) = total.addingReportingOverflow(count)
            guard !overflow else { throw OTLPRejection("the buckets of a histogram count more than 64 bits hold") }
            total = sum
            cumulative.append(total)
        }
        guard total == count else { throw OTLPRejection("the count of a histogram is not that of its buckets") }
        return .histogram(ReceivedHistogram(bounds: bounds, cumulativeCounts: cumulative, sum: sum))
    }
}

extension OTLPExponential {
    /// The scales that SDKs have: at a finer one no two doubles would be in one bucket.
    private static let scales: ClosedRange<Int64> = -10...30

    package func received(_ limits: OTLPLimits, isCounter: Bool) throws(OTLPRejection) -> ReceivedValue {
        guard Self.scales.contains(scale), zeroThreshold >= 0, zeroThreshold.isFinite else {
            throw OTLPRejection("an exponential histogram has the scale \(scale), or a threshold of zero that is no number")
        }
        let scale = Int(scale)
        guard scale >= ExponentialValue.schemas.lowerBound else {
            throw OTLPRejection("an exponential histogram has the scale \(scale): Prometheus has none below -4")
        }
        guard
            let value = ExponentialValue(
                schema: scale, zeroThreshold: zeroThreshold, zeroCount: zeroCount, positive: try positive.received(scale),
                negative: try negative.received(scale), sum: sum, mostBuckets: limits.received.buckets)
        else {
            throw OTLPRejection("the buckets of an exponential histogram count more than Prometheus reads, which is 2^63 - 1")
        }
        guard value.count == count else {
            throw OTLPRejection("the count of an exponential histogram is not that of its buckets")
        }
        return .exponential(value)
    }
}

extension OTLPExponential.Buckets {
    /// - Throws: when a bucket with something in it has bounds that no double has.
    func received(_ scale: Int) throws(OTLPRejection) -> ExponentialBuckets {
        guard let low = counts.firstIndex(where: { $0 > 0 }), let high = counts.lastIndex(where: { $0 > 0 }) else {
            return ExponentialBuckets()
        }
        // Doubles lie from 2^-1074 to below 2^1024; the offset has 32 bits.
        let least = -(1075 << scale) - 1
        let most = 1024 << scale
        guard let offset = Int32(exactly: offset), Int(offset) + low >= least, Int(offset) + high <= most else {
            throw OTLPRejection("a bucket of an exponential histogram lies beyond all numbers: its offset is \(offset)")
        }
        // Prometheus numbers a bucket by its upper bound.
        return ExponentialBuckets(first: Int(offset) + low + 1, counts: Array(counts[low...high]))
    }
}

extension OTLPSummary {
    package func received(_ limits: OTLPLimits, isCounter: Bool) throws(OTLPRejection) -> ReceivedValue {
        let sorted = quantiles.sorted { $0.quantile < $1.quantile }
        guard sorted.allSatisfy({ (0...1).contains($0.quantile) }),
            !zip(sorted, sorted.dropFirst()).contains(where: { $0.quantile == $1.quantile })
        else { throw OTLPRejection("a quantile of a summary is not from 0 to 1, or is there twice") }
        return .summary(
            ReceivedSummary(
                quantiles: sorted.map { ReceivedQuantile(quantile: $0.quantile, value: $0.value) }, count: count, sum: sum))
    }
}

extension OTLPExemplar {
    /// Nanoseconds of a second.
    static let second = 1e9

    /// The exemplar with the ids of its trace and span, and with its attributes where all are short enough together.
    func received(_ limits: ReceivedLimits) -> Exemplar? {
        let value: Double
        switch self.value {
        case .none: return nil
        case .integer(let integer): value = Double(integer)
        case .double(let double): value = double
        }
        guard !value.isNaN else { return nil }
        let timestamp = time > 0 ? Double(time) / Self.second : nil
        let ids = [("trace_id", traceID), ("span_id", spanID)].filter { !$0.1.isEmpty }.map { (name: $0.0, value: $0.1) }
        for labels in [ids + OTLPName.labels(attributes), ids] {
            guard let rendered = try? limits.render(labels) else { continue }
            let exemplar = Exemplar(labels: rendered, value: value, timestamp: timestamp)
            if exemplar.isWithinLimit { return exemplar }
        }
        return nil
    }
}
