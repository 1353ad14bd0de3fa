/// The functions of Prometheus; the raw values are PromQL's
/// (https://prometheus.io/docs/prometheus/latest/querying/functions/).
public enum PromQLFunction: String, CaseIterable, Sendable {
    case abs, absent, acos, acosh, asin, asinh, atan, atanh, ceil, changes, clamp, cos, cosh, deg, delta, deriv, exp, floor,
        hour
    case idelta, increase, irate, ln, log10, log2, minute, month, pi, rad, rate, resets, round, scalar, sgn, sin, sinh, sort,
        sqrt
    case tan, tanh, time, timestamp, vector, year
    case absentOverTime = "absent_over_time"
    case avgOverTime = "avg_over_time"
    case clampMax = "clamp_max"
    case clampMin = "clamp_min"
    case countOverTime = "count_over_time"
    case dayOfMonth = "day_of_month"
    case dayOfWeek = "day_of_week"
    case dayOfYear = "day_of_year"
    case daysInMonth = "days_in_month"
    case histogramCount = "histogram_count"
    case histogramFraction = "histogram_fraction"
    case histogramQuantile = "histogram_quantile"
    case histogramSum = "histogram_sum"
    /// `double_exponential_smoothing` since Prometheus 3.
    case holtWinters = "holt_winters"
    case labelJoin = "label_join"
    case labelReplace = "label_replace"
    case lastOverTime = "last_over_time"
    case maxOverTime = "max_over_time"
    case minOverTime = "min_over_time"
    case predictLinear = "predict_linear"
    case presentOverTime = "present_over_time"
    case quantileOverTime = "quantile_over_time"
    case sortDescending = "sort_desc"
    case stddevOverTime = "stddev_over_time"
    case stdvarOverTime = "stdvar_over_time"
    case sumOverTime = "sum_over_time"
    // Since Prometheus 2.43 and later.
    case doubleExponentialSmoothing = "double_exponential_smoothing"
    case histogramAverage = "histogram_avg"
    case histogramStddev = "histogram_stddev"
    case histogramStdvar = "histogram_stdvar"
    case madOverTime = "mad_over_time"
    case sortByLabel = "sort_by_label"
    case sortByLabelDescending = "sort_by_label_desc"

    /// What a function takes and gives.
    public struct Signature: Hashable, Sendable {
        public let arguments: [PromQLType]
        /// How many of the arguments must be there.
        public let required: Int
        /// Whether the last may be repeated without end.
        public let repeatsLast: Bool
        public let result: PromQLType
    }

    public var signature: Signature {
        switch self {
        case .pi, .time: Self.takes([], gives: .scalar)
        case .scalar: Self.takes([.instantVector], gives: .scalar)
        case .vector: Self.takes([.scalar])
        case .dayOfMonth, .dayOfWeek, .dayOfYear, .daysInMonth, .hour, .minute, .month, .year:
            Self.takes([.instantVector], required: 0)
        case .round: Self.takes([.instantVector, .scalar], required: 1)
        case .clamp: Self.takes([.instantVector, .scalar, .scalar])
        case .clampMax, .clampMin: Self.takes([.instantVector, .scalar])
        case .histogramQuantile: Self.takes([.scalar, .instantVector])
        case .histogramFraction: Self.takes([.scalar, .scalar, .instantVector])
        case .holtWinters, .doubleExponentialSmoothing: Self.takes([.rangeVector, .scalar, .scalar])
        case .predictLinear: Self.takes([.rangeVector, .scalar])
        case .quantileOverTime: Self.takes([.scalar, .rangeVector])
        case .labelReplace: Self.takes([.instantVector, .string, .string, .string, .string])
        case .labelJoin:
            Signature(
                arguments: [.instantVector, .string, .string, .string], required: 3, repeatsLast: true, result: .instantVector)
        case .sortByLabel, .sortByLabelDescending:
            Signature(arguments: [.instantVector, .string], required: 1, repeatsLast: true, result: .instantVector)
        case .absentOverTime, .avgOverTime, .changes, .countOverTime, .delta, .deriv, .idelta, .increase, .irate, .lastOverTime,
            .madOverTime, .maxOverTime, .minOverTime, .presentOverTime, .rate, .resets, .stddevOverTime, .stdvarOverTime,
            .sumOverTime:
            Self.takes([.rangeVector])
        case .abs, .absent, .acos, .acosh, .asin, .asinh, .atan, .atanh, .ceil, .cos, .cosh, .deg, .exp, .floor,
            .histogramAverage,
            .histogramCount, .histogramStddev, .histogramStdvar, .histogramSum, .ln, .log10, .log2, .rad, .sgn, .sin, .sinh,
            .sort,
            .sortDescending, .sqrt, .tan, .tanh, .timestamp:
            Self.takes([.instantVector])
        }
    }

    private static func takes(
        _ arguments: [PromQLType], required: Int? = nil, gives result: PromQLType = .instantVector
    ) -> Signature {
        Signature(arguments: arguments, required: required ?? arguments.count, repeatsLast: false, result: result)
    }
}
