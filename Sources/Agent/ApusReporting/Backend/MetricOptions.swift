public import ApusMetrics

/// What swift-metrics cannot say of a metric: its help text, its unit, and how recorders and timers are kept. It holds for all
/// labels that begin with a prefix; of several prefixes the longest one counts.
///
/// ```swift
/// let factory = reporter.factory(configured: [
///     MetricOptions(prefix: "http.", recordAs: .histogram(buckets: [0.01, 0.1, 1]), help: "Of the HTTP server."),
///     MetricOptions(prefix: "http.response.size", recordAs: .summary, unit: "bytes"),
///     MetricOptions(prefix: "db.", recordAs: .nativeHistogram(.durations)),
/// ])
/// ```
public struct MetricOptions: Hashable, Sendable {
    /// How a recorder or timer is kept.
    public enum Recording: Hashable, Sendable {
        /// The last value alone.
        case gauge
        /// A histogram with these upper bounds of its buckets, finite and ascending.
        case histogram(buckets: [Double])
        case nativeHistogram(NativeShape)
        /// A count and a sum.
        case summary
    }

    /// The beginning of the labels, as they are given to swift-metrics; empty for all.
    public let prefix: String
    /// How recorders and timers are kept; `nil` means a histogram with ``ApusMetrics/defaultDurationBuckets`` for timers and
    /// for recorders that aggregate, a gauge for recorders that do not, as swift-metrics' own `Gauge` is one.
    public let recording: Recording?
    /// The unit that is put at the end of the names of all but timers, which are kept in seconds.
    public let unit: String?
    /// The help text, one sentence for people.
    public let help: String?

    public init(prefix: String, recordAs recording: Recording? = nil, unit: String? = nil, help: String? = nil) {
        self.prefix = prefix
        self.recording = recording
        self.unit = unit
        self.help = help
    }
}
