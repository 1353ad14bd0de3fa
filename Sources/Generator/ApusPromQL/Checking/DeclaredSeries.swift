/// What the values of series are.
enum SeriesValue: Hashable, Sendable {
    case unknown
    case gauge
    /// A count that only rises, or starts again with its process.
    case counter
    /// Counts by upper bound.
    case buckets
    /// Whole histograms.
    case nativeHistogram
    /// What a counter rises by.
    case rate
    case bucketRates
    case nativeRates
    /// Always 1.
    case info

    /// Whether the values only rise.
    var isCumulative: Bool { self == .counter || self == .buckets || self == .nativeHistogram }

    /// What a rate of it is.
    var rate: Self {
        switch self {
        case .buckets: .bucketRates
        case .nativeHistogram: .nativeRates
        default: .rate
        }
    }

    /// The name with its article, for a message.
    var name: String {
        switch self {
        case .unknown: "a series"
        case .gauge: "a gauge"
        case .counter: "a counter"
        case .buckets, .nativeHistogram: "a histogram"
        case .rate, .bucketRates, .nativeRates: "a rate already"
        case .info: "always 1"
        }
    }
}

/// The series of one name.
struct DeclaredSeries: Hashable, Sendable {
    var labels: ResultLabels
    var value: SeriesValue
    /// Whether they were summed over counters, as a recording rule does.
    var isSummed = false
}
