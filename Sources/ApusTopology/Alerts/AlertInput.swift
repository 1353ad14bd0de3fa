public import ApusMetrics
public import ApusPromQL

/// One series that the test of an alert feeds it.
public struct AlertInput: Hashable, Sendable {
    /// The name of the series.
    public let metric: String
    /// In the order in which they are written.
    public let labels: [Label]
    public let course: InputCourse

    public struct Label: Hashable, Sendable {
        public let name: String
        public let value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(metric: String, labels: [Label], course: InputCourse) {
        self.metric = metric
        self.labels = labels
        self.course = course
    }

    /// A series of a gauge or a counter.
    public init<Metric: MetricDeclaration>(
        _ metric: Metric, _ labels: KeyValuePairs<Series<Metric>.Key, String>, _ course: InputCourse
    ) {
        self.init(metric: metric.name, labels: Self.labels(labels), course: course)
    }

    /// A series of what a rule records.
    public init<Key>(_ rule: RecordingRule<Key>, _ labels: KeyValuePairs<Key, String>, _ course: InputCourse) {
        self.init(metric: rule.name, labels: Self.labels(labels), course: course)
    }

    /// The observations counted by a histogram.
    public static func count<Metric: CountedDeclaration>(
        of metric: Metric, _ labels: KeyValuePairs<Series<Metric>.Key, String>, _ course: InputCourse
    ) -> Self {
        Self(metric: metric.name + "_count", labels: Self.labels(labels), course: course)
    }

    /// The buckets of a histogram of which a quantile is somewhat below a limit first, then somewhat above it; empty when no bucket
    /// with a finite bound holds the limit.
    public static func quantile<Metric: BucketedDeclaration>(
        _ share: Double, of metric: Metric, _ labels: KeyValuePairs<Series<Metric>.Key, String>, crossing limit: Double
    ) -> [Self] {
        let bounds = metric.family.buckets
        guard let index = bounds.firstIndex(where: { $0 > limit }) else { return [] }
        let lower = index == 0 ? 0 : bounds[index - 1]
        // Of all observations, a twentieth is in the bucket that holds the limit.
        let held = 0.05
        func below(_ value: Double) -> Double { share - held * (value - lower) / (bounds[index] - lower) }
        let (quiet, bad) = (below(limit * 0.9994), below(limit * 1.0006))
        let total = 0.5
        let all = Self.labels(labels)
        return (bounds.map(PromQLNumber.string) + ["+Inf"]).enumerated().map { position, bound in
            let course: InputCourse =
                if position < index - 1 {
                    .growth(quiet: 0, bad: 0)
                } else if position < index {
                    .growth(quiet: quiet * total, bad: bad * total)
                } else if position == index {
                    .growth(quiet: (quiet + held) * total, bad: (bad + held) * total)
                } else {
                    .growth(quiet: total, bad: total)
                }
            return Self(metric: metric.name + "_bucket", labels: all + [Label("le", bound)], course: course)
        }
    }

    private static func labels<Key: LabelKey>(_ pairs: KeyValuePairs<Key, String>) -> [Label] {
        pairs.map { Label($0.key.rawValue, $0.value) }
    }
}
