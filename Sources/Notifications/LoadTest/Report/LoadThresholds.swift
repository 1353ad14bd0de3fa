/// What a load test must reach to pass; latencies are those of enqueueing, from the time a request was due.
package struct LoadThresholds: Sendable, Hashable, Codable {
    /// The maximum number of arrivals beyond the first of a notification.
    package var duplicates: Int
    /// The maximum number of accepted notifications that never arrived.
    package var lost: Int
    /// The largest ratio of requests that failed or were dropped and of notifications that died, to all requests that were due.
    package var errorRate: Double
    /// The longest average latency, in milliseconds.
    package var average: Double
    /// The longest 95th percentile of the latency, in milliseconds.
    package var p95: Double
    /// The longest 99th percentile of the latency, in milliseconds.
    package var p99: Double

    package init(
        duplicates: Int = 0, lost: Int = 0, errorRate: Double = 0.01, average: Double = 200, p95: Double = 300,
        p99: Double = 500
    ) {
        self.duplicates = duplicates
        self.lost = lost
        self.errorRate = errorRate
        self.average = average
        self.p95 = p95
        self.p99 = p99
    }

    /// Finds the thresholds that the books miss; none when the test has passed. A test in which nothing was accepted never passes.
    package func misses(in accounts: LoadAccounts) -> [ThresholdMiss] {
        var misses: [ThresholdMiss] = []
        func check(_ name: String, _ measured: Double, atMost limit: Double, unit: String = "") {
            if measured > limit { misses.append(ThresholdMiss(name: name, measured: measured, limit: limit, unit: unit)) }
        }
        if accounts.accepted == 0 { misses.append(ThresholdMiss(name: "accepted", measured: 0, limit: 1, unit: "")) }
        check("duplicates", Double(accounts.duplicates), atMost: Double(duplicates))
        check("lost", Double(accounts.lost), atMost: Double(lost))
        check("error rate", accounts.errorRate, atMost: errorRate)
        let enqueue = accounts.enqueue.summary
        check("average enqueue latency", enqueue.average, atMost: average, unit: " ms")
        check("p95 enqueue latency", enqueue.p95, atMost: p95, unit: " ms")
        check("p99 enqueue latency", enqueue.p99, atMost: p99, unit: " ms")
        return misses
    }
}

extension LoadAccounts {
    /// The ratio of requests that failed or were dropped and of notifications that died, to all requests that were due.
    package var errorRate: Double {
        let due = sent + dropped
        return due == 0 ? 0 : Double(failed + dropped + dead) / Double(due)
    }
}

/// A threshold that a load test missed.
package struct ThresholdMiss: Sendable, Hashable, Codable, CustomStringConvertible {
    package let name: String
    package let measured: Double
    package let limit: Double
    let unit: String

    package var description: String {
        let relation = measured > limit ? "at most" : "at least"
        return "\(name): \(NumberFormat.short(measured))\(unit), must be \(relation) \(NumberFormat.short(limit))\(unit)"
    }
}
