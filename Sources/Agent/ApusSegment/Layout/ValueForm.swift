package import ApusMetrics

/// How the cells of a series are to be read.
package enum ValueForm: UInt8, Sendable, CaseIterable {
    /// One cell: an unsigned whole number.
    case integer = 1
    /// One cell: the bits of a double.
    case double = 2
    /// A cell for each bucket and one for `+Inf`, whole numbers, not cumulative; then the sum as the bits of a double.
    case histogram = 3
    /// Whole numbers: below the negative zero threshold, zero, each bucket of the shape, above the range; then the sum as the bits of
    /// a double.
    case nativeHistogram = 4
    /// The count, a whole number, and the sum as the bits of a double.
    case summary = 5
    /// One cell in the first plane: one more than the index of the state that holds; 0 when none does.
    case state = 6
    /// One cell, which nobody reads: an info says what it says by being there.
    case info = 7

    /// Whether a family of this kind may have series of this form.
    package func suits(_ kind: MetricKind) -> Bool {
        switch kind {
        case .counter, .gauge: self == .integer || self == .double
        case .histogram: self == .histogram
        case .nativeHistogram: self == .nativeHistogram
        case .summary: self == .summary
        case .stateSet: self == .state
        case .info: self == .info
        }
    }

    /// How many cells of one plane a series of the family has.
    package func cellCount(of family: MetricFamily) -> Int {
        switch self {
        case .integer, .double, .state, .info: 1
        case .summary: 2
        case .histogram: family.buckets.count + 2
        case .nativeHistogram: (family.shape?.bucketCount ?? 0) + 4
        }
    }
}

extension MetricKind {
    /// Whether values are spread over the planes: what only rises is, what is set stands in the first one.
    var isSpread: Bool {
        switch self {
        case .counter, .histogram, .nativeHistogram, .summary: true
        case .gauge, .info, .stateSet: false
        }
    }
}
