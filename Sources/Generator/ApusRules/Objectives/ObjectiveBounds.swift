import ApusMetrics
import ApusPromQL
import ApusText
import ApusTopology

/// The histograms of a service that do not have the bound of an objective, which counts none of their observations.
///
/// A service in another language chooses the bounds of its histograms itself, whatever the fleet declares of them.
struct ObjectiveBounds {
    private let objective: Objective
    private let histogram: PromQLSelector
    private let bound: Double
    private let window: Duration
    private let observations: AlertInput
    private let buckets: AlertInput

    /// Nil of an objective over counters, and of one whose regular expressions do not say which series they find.
    ///
    /// - Parameter window: that of the rates in the alert.
    init?(_ objective: Objective, window: Duration) {
        guard case .within(let histogram, let bound) = objective.indicator,
            let observations = histogram.part("_count").proofInput, let buckets = histogram.part("_bucket").proofInput
        else { return nil }
        self.objective = objective
        self.histogram = histogram
        self.bound = bound
        self.window = window
        self.observations = observations
        self.buckets = buckets
    }

    /// The observations a second of each instance that are in no bucket of the bound.
    private var unmeasured: InstantVector<TargetKey> {
        let rates = PromQLExpression(
            .binary(
                .unless, PromQLMatching(labels: .ignoring(["le"])), histogram.part("_count").rate(over: window),
                histogram.bucket(bound).rate(over: window)))
        return InstantVector(
            raw: PromQLExpression(.aggregation(.sum, .by(["service", "instance"]), parameter: nil, rates)))
    }

    private var bounds: InstantVector<TargetKey> {
        InstantVector(
            raw: PromQLExpression(
                .aggregation(
                    .count, .by(["service", "instance", "le"]), parameter: nil,
                    PromQLExpression(.selector(histogram.part("_bucket"))))))
    }

    var alert: Alert {
        let name = histogram.name ?? ""
        let text = PromQLNumber.string(bound)
        return Alert(
            "ObjectiveBoundAbsent", when: unmeasured > 0, severity: .medium, labels: ["objective": objective.name],
            summary: "An objective does not count the events of an instance.",
            description: """
                The histogram \(text: name) of \(.instance) of service \(.service) has no bucket at \(text: text), \
                the bound of the objective \(text: objective.name).
                """,
            runbook: Runbook(
                meaning: """
                    The histogram of the instance has other bounds than the objective asks for, so that nobody knows how many of its \
                    events are within the objective. The label `objective` says which objective.
                    """,
                impact:
                    "The objective does not count these events, good or bad: its budget and its alerts say nothing of them.",
                queries: [.init("Bounds of the histogram, by the label le", bounds)],
                actions: [
                    "Give the histogram the bound where it is recorded: the buckets of the client library, or the boundaries of a "
                        + "view of OpenTelemetry's SDK.",
                    "Or choose one of the bounds that it has for the objective: the query shows them.",
                ]),
            inputs: inputs, fileID: objective.place.fileID, line: objective.place.line)
    }

    private var inputs: [AlertInput] {
        let rising = InputCourse.growth(quiet: 0.5, bad: 0.5)
        let text = PromQLNumber.string(bound)
        func bucket(_ input: AlertInput, _ bound: String) -> AlertInput { input.adding("le", bound).taking(rising) }
        return [
            observations.taking(.events(1)), bucket(buckets, "+Inf"),
            // Nothing is observed in another series of the same instance.
            observations.adding("job", "idle").taking(.constant(1000)),
            observations.of(instance: "measured").taking(rising),
            bucket(buckets.of(instance: "measured"), text.contains(".") ? text : "\(text).0"),
            observations.of(service: "another").taking(rising), bucket(buckets.of(service: "another"), "+Inf"),
        ]
    }
}

extension PromQLSelector {
    /// The bucket of a histogram with one of its bounds.
    func bucket(_ bound: Double) -> PromQLSelector { part("_bucket").matching([BucketBound.matcher(bound)]) }

    /// The growth a second of the counters that it finds.
    func rate(over window: Duration) -> PromQLExpression {
        PromQLExpression(.call(.rate, [PromQLExpression(.range(self, window: PromQLDuration(window)))]))
    }
}
