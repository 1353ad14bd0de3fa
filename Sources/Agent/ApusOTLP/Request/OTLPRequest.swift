package import ApusMetrics

/// An `ExportMetricsServiceRequest` of OTLP (https://opentelemetry.io/docs/specs/otlp/), as far as it matters here.
package struct OTLPRequest: Equatable, Sendable {
    package var resources: [OTLPResource]

    package init(resources: [OTLPResource] = []) { self.resources = resources }

    /// Data points of all metrics.
    package var pointCount: Int {
        resources.reduce(0) { $0 + $1.scopes.reduce(0) { $0 + $1.metrics.reduce(0) { $0 + $1.data.pointCount } } }
    }
}

/// What reports, and what it reports.
package struct OTLPResource: Equatable, Sendable {
    package var attributes: [OTLPAttribute] = []
    package var scopes: [OTLPScope] = []

    package init() {}
}

/// A library that records, and what it recorded.
package struct OTLPScope: Equatable, Sendable {
    package var name = ""
    package var version = ""
    package var attributes: [OTLPAttribute] = []
    package var metrics: [OTLPMetric] = []

    package init() {}
}

/// An attribute, its value as a text: of lists, maps and bytes as JSON and Base64 have them.
package struct OTLPAttribute: Equatable, Sendable {
    package var key: String
    package var value: String

    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}

/// A metric with its points.
package struct OTLPMetric: Equatable, Sendable {
    package var name = ""
    package var description = ""
    package var unit = ""
    package var data = OTLPData.none

    package init() {}
}

/// The points of a metric, by its kind.
package enum OTLPData: Equatable, Sendable {
    /// The kind is not told, or none that is known here.
    case none
    case gauge([OTLPPoint<OTLPNumber>])
    case sum([OTLPPoint<OTLPNumber>], OTLPTemporality, isMonotonic: Bool)
    case histogram([OTLPPoint<OTLPHistogram>], OTLPTemporality)
    case exponential([OTLPPoint<OTLPExponential>], OTLPTemporality)
    case summary([OTLPPoint<OTLPSummary>])

    var pointCount: Int {
        switch self {
        case .none: 0
        case .gauge(let points), .sum(let points, _, _): points.count
        case .histogram(let points, _): points.count
        case .exponential(let points, _): points.count
        case .summary(let points): points.count
        }
    }
}

/// What the numbers of a sum or a histogram count from.
package enum OTLPTemporality: Equatable, Sendable {
    case unspecified
    /// From the point before.
    case delta
    /// From the beginning.
    case cumulative

    init(number: UInt64) {
        switch number {
        case 1: self = .delta
        case 2: self = .cumulative
        default: self = .unspecified
        }
    }
}

/// One point of a series.
package struct OTLPPoint<Value: OTLPValue>: Equatable, Sendable {
    package var attributes: [OTLPAttribute] = []
    /// Nanoseconds since the Unix epoch at which the count began; 0 when nobody knows.
    package var start: UInt64 = 0
    /// Nanoseconds since the Unix epoch of which the value is.
    package var time: UInt64 = 0
    package var value = Value()
    package var exemplars: [OTLPExemplar] = []
    /// Whether it says that there is nothing to say any more.
    package var hasNoRecordedValue = false

    package init() {}
}

/// What a point can be worth.
package protocol OTLPValue: Equatable, Sendable {
    init()

    /// The value as it is served.
    ///
    /// - Parameter isCounter: whether it is of a sum that only rises.
    /// - Throws: why it contradicts itself, or is past a limit.
    func received(_ limits: OTLPLimits, isCounter: Bool) throws(OTLPRejection) -> ReceivedValue
}

/// A number of a gauge or a sum.
package enum OTLPNumber: OTLPValue {
    case none
    case integer(Int64)
    case double(Double)

    package init() { self = .none }
}

/// A distribution over buckets with explicit bounds.
package struct OTLPHistogram: OTLPValue {
    package var count: UInt64 = 0
    package var sum: Double?
    /// Upper bounds, ascending, without that of the last bucket.
    package var bounds: [Double] = []
    /// Counts, not cumulative: one more than bounds, or none.
    package var counts: [UInt64] = []

    package init() {}
}

/// A distribution over exponential buckets.
package struct OTLPExponential: OTLPValue {
    package var count: UInt64 = 0
    package var sum: Double?
    package var scale: Int64 = 0
    package var zeroCount: UInt64 = 0
    package var zeroThreshold: Double = 0
    package var positive = Buckets()
    package var negative = Buckets()

    /// One side. Bucket `i` holds what lies in `(b^i, b^(i+1)]`.
    package struct Buckets: Equatable, Sendable {
        package var offset: Int64 = 0
        package var counts: [UInt64] = []

        package init() {}
    }

    package init() {}
}

/// Quantiles, a count and a sum.
package struct OTLPSummary: OTLPValue {
    package var count: UInt64 = 0
    package var sum: Double = 0
    package var quantiles: [Quantile] = []

    package struct Quantile: Equatable, Sendable {
        package var quantile: Double = 0
        package var value: Double = 0

        package init() {}
    }

    package init() {}
}

/// One observation with where it was made.
package struct OTLPExemplar: Equatable, Sendable {
    package var attributes: [OTLPAttribute] = []
    package var time: UInt64 = 0
    package var value = OTLPNumber.none
    /// Hexadecimal digits; empty when it is not told.
    package var traceID = ""
    package var spanID = ""

    package init() {}
}
