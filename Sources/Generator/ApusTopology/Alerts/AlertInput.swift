public import ApusMetrics
public import ApusPromQL

/// One series that the test of an alert feeds it.
public struct AlertInput: Hashable, Sendable {
    /// The name of the series.
    public let metric: String
    /// The labels of the series, in the order in which they are written.
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

    /// Gives a series of a gauge or a counter.
    public init<Metric: MetricDeclaration>(
        _ metric: Metric, _ labels: KeyValuePairs<Series<Metric>.Key, String>, _ course: InputCourse
    ) {
        self.init(metric: metric.name, labels: Self.labels(labels), course: course)
    }

    /// Gives a series of what a rule records.
    public init<Key>(_ rule: RecordingRule<Key>, _ labels: KeyValuePairs<Key, String>, _ course: InputCourse) {
        self.init(metric: rule.name, labels: Self.labels(labels), course: course)
    }

    /// Gives the number of observations that a histogram counts.
    public static func count<Metric: CountedDeclaration>(
        of metric: Metric, _ labels: KeyValuePairs<Series<Metric>.Key, String>, _ course: InputCourse
    ) -> Self {
        Self(metric: metric.name + "_count", labels: Self.labels(labels), course: course)
    }

    /// Gives the buckets of a histogram of which a quantile is somewhat below a limit first, then somewhat above it; none when no
    /// bucket with a finite bound holds the limit.
    ///
    /// - Parameter key: the label over which the condition adds series up.
    public static func quantile<Metric: BucketedDeclaration>(
        _ share: Double, of metric: Metric, _ labels: KeyValuePairs<Series<Metric>.Key, String>, crossing limit: Double,
        over key: Series<Metric>.Key = .instance
    ) -> [Self] {
        let bounds = metric.family.buckets
        guard let index = bounds.firstIndex(where: { $0 > limit }) else { return [] }
        let lower = index == 0 ? 0 : bounds[index - 1]
        // Of all observations, a twentieth is in the bucket that holds the limit.
        let held = 0.05
        func below(_ value: Double) -> Double { share - held * (value - lower) / (bounds[index] - lower) }
        let (quiet, bad) = (below(limit * 0.9994), below(limit * 1.0006))
        let total = 0.5
        // Another series, whose observations are all small: only both together have the quantile.
        let small = total / 10
        let all = Self.labels(labels)
        let others = all.map { $0.name == key.rawValue ? Label($0.name, "\($0.value)-quick") : $0 }
        return (bounds.map(PromQLNumber.string) + ["+Inf"]).enumerated().flatMap { position, bound in
            let (quietShare, badShare): (Double, Double) =
                if position < index - 1 {
                    (small / total, small / total)
                } else if position < index {
                    (quiet, bad)
                } else if position == index {
                    (quiet + held, bad + held)
                } else {
                    (1, 1)
                }
            let bucket = Label("le", bound)
            return [
                Self(
                    metric: metric.name + "_bucket", labels: all + [bucket],
                    course: .growth(quiet: quietShare * total - small, bad: badShare * total - small)),
                Self(
                    metric: metric.name + "_bucket", labels: others + [bucket], course: .growth(quiet: small, bad: small)),
            ]
        }
    }

    private static func labels<Key: LabelKey>(_ pairs: KeyValuePairs<Key, String>) -> [Label] {
        pairs.map { Label($0.key.rawValue, $0.value) }
    }
}
