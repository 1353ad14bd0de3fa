import ApusLimits
import ApusMetrics

/// What has been counted of one pattern.
package struct PatternCounts: Sendable, Equatable {
    package struct Value: Sendable, Equatable {
        package var count: UInt64 = 0
        package var sum = 0.0
        /// The buckets of a histogram, not cumulative, that of `+Inf` last.
        package var buckets: [UInt64] = []

        package init(count: UInt64 = 0, sum: Double = 0, buckets: [UInt64] = []) {
            self.count = count
            self.sum = sum
            self.buckets = buckets
        }

        mutating func add(_ other: Value) {
            count.addClamped(other.count)
            sum += other.sum
            if buckets.isEmpty {
                buckets = other.buckets
            } else {
                for (index, added) in zip(buckets.indices, other.buckets) { buckets[index].addClamped(added) }
            }
        }
    }

    /// The shape of the pattern that this was counted by (``JournalPattern/shape``).
    let shape: String
    /// What was counted, by the values of the labels.
    package internal(set) var series: [[String]: Value] = [:]
    /// How many matching entries would have made one series too many.
    package internal(set) var dropped: UInt64 = 0
    /// How many entries had a match that was given up, or a value that was no number.
    package internal(set) var failed: UInt64 = 0

    init(shape: String) { self.shape = shape }

    mutating func add(labels: [String], value: Double?, buckets: [Double]) {
        var one = Value(count: 1, sum: value ?? 0)
        if let value {
            one.buckets = Array(repeating: 0, count: buckets.count + 1)
            one.buckets[buckets.firstIndex { value <= $0 } ?? buckets.count] = 1
        }
        series[labels, default: Value()].add(one)
    }

    /// Adds a run of entries.
    mutating func add(_ run: PatternCounts, limit: Int) {
        dropped.addClamped(run.dropped)
        failed.addClamped(run.failed)
        for (labels, value) in run.series {
            if series[labels] != nil || series.count < limit {
                series[labels, default: Value()].add(value)
            } else {
                dropped.addClamped(value.count)
            }
        }
    }
}

extension JournalPattern {
    /// Whether what a state's file has counted under some labels is of the form that this pattern counts in.
    func hasShape(of value: PatternCounts.Value, labels: [String]) -> Bool {
        labels.count == family.labelNames.count && (value.buckets.isEmpty || value.buckets.count == family.buckets.count + 1)
    }
}
