/// A distribution of latencies in a few numbers, in milliseconds. All are zero when nothing was measured.
package struct LatencySummary: Sendable, Hashable, Codable {
    package var count = 0
    package var average = 0.0
    package var p50 = 0.0
    package var p95 = 0.0
    package var p99 = 0.0
    package var max = 0.0
}
