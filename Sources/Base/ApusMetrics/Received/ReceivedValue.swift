/// What a received series is worth, by the kind of its family.
package enum ReceivedValue: Sendable, Equatable {
    /// A counter, a gauge or what has no type, when its number is a whole one of 64 bits, with or without a sign: exact above 2^53 too.
    case integer(Int128)
    /// The same, when its number is any other.
    case number(Double)
    case histogram(ReceivedHistogram)
    /// A histogram with exponential buckets, which Prometheus calls a native one.
    case exponential(ExponentialValue)
    case summary(ReceivedSummary)
    case info
    /// All states of a state set, each with whether it holds.
    case stateSet([ReceivedState])

    /// Lines in the text formats, without a start time.
    package var sampleCount: Int {
        switch self {
        case .integer, .number, .info: 1
        case .histogram(let value): value.cumulativeCounts.count + 2
        case .exponential: ExponentialValue.classicExponents.count + 3
        case .summary(let value): value.quantiles.count + 2
        case .stateSet(let states): states.count
        }
    }

    /// About the bytes of memory behind the value.
    var byteCount: Int {
        let header = 32
        return switch self {
        case .integer, .number, .info: 0
        case .histogram(let value): 2 * header + 8 * (value.bounds.count + value.cumulativeCounts.count)
        case .exponential(let value): 2 * header + 8 * (value.positive.counts.count + value.negative.counts.count)
        case .summary(let value): header + MemoryLayout<ReceivedQuantile>.stride * value.quantiles.count
        case .stateSet(let states): states.reduce(header) { $0 + MemoryLayout<ReceivedState>.stride + $1.name.utf8.count }
        }
    }

    /// A number as an exposition writes it; `nil` for what is more than one.
    package var asDouble: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .info: 1
        case .histogram, .exponential, .summary, .stateSet: nil
        }
    }
}

/// A distribution over buckets with explicit bounds, of a histogram or a gauge histogram.
package struct ReceivedHistogram: Sendable, Equatable {
    /// Upper bounds, ascending, without `+Inf`.
    package var bounds: [Double]
    /// The number of observations up to each bound, and of all of them: one more than there are bounds.
    package var cumulativeCounts: [UInt64]
    /// The sum of all observations; `nil` when it was not told.
    package var sum: Double?

    package init(bounds: [Double], cumulativeCounts: [UInt64], sum: Double?) {
        self.bounds = bounds
        self.cumulativeCounts = cumulativeCounts
        self.sum = sum
    }

    package var count: UInt64 { cumulativeCounts.last ?? 0 }
}

/// Quantiles, a count and a sum, as far as they were told.
package struct ReceivedSummary: Sendable, Equatable {
    /// In ascending order of the quantiles.
    package var quantiles: [ReceivedQuantile]
    package var count: UInt64?
    package var sum: Double?

    package init(quantiles: [ReceivedQuantile], count: UInt64?, sum: Double?) {
        self.quantiles = quantiles
        self.count = count
        self.sum = sum
    }
}

/// One quantile of a summary.
package struct ReceivedQuantile: Sendable, Equatable {
    /// From 0 to 1.
    package var quantile: Double
    package var value: Double

    package init(quantile: Double, value: Double) {
        self.quantile = quantile
        self.value = value
    }
}

/// One state of a state set.
package struct ReceivedState: Sendable, Equatable {
    package var name: String
    package var isActive: Bool

    package init(name: String, isActive: Bool) {
        self.name = name
        self.isActive = isActive
    }
}
