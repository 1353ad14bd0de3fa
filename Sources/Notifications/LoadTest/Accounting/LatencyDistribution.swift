import Histogram

/// Latencies in an HDR histogram: microseconds, three significant digits, up to an hour.
package struct LatencyDistribution: Sendable {
    private static let longest: UInt64 = 3_600_000_000
    private var histogram = Histogram<UInt64>(highestTrackableValue: longest, numberOfSignificantValueDigits: .three)
    private var sum = Duration.zero

    package init() {}

    /// Adds one latency; one under zero counts as zero, one over an hour as an hour.
    package mutating func record(_ latency: Duration) {
        let latency = max(latency, .zero)
        sum += latency
        histogram.record(min(UInt64(latency / .microseconds(1)), Self.longest))
    }

    package var summary: LatencySummary {
        let count = Int(histogram.totalCount)
        guard count > 0 else { return LatencySummary() }
        func percentile(_ percent: Double) -> Double { Double(histogram.valueAtPercentile(percent)) / 1000 }
        return LatencySummary(
            count: count, average: sum / .milliseconds(1) / Double(count), p50: percentile(50), p95: percentile(95),
            p99: percentile(99), max: Double(histogram.max) / 1000)
    }
}

/// A distribution of latencies in a few numbers, in milliseconds. All are zero when nothing was measured.
package struct LatencySummary: Sendable, Hashable, Codable {
    package var count = 0
    package var average = 0.0
    package var p50 = 0.0
    package var p95 = 0.0
    package var p99 = 0.0
    package var max = 0.0

    package init(
        count: Int = 0, average: Double = 0, p50: Double = 0, p95: Double = 0, p99: Double = 0, max: Double = 0
    ) {
        self.count = count
        self.average = average
        self.p50 = p50
        self.p95 = p95
        self.p99 = p99
        self.max = max
    }
}
