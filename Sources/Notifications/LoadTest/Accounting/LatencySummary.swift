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
