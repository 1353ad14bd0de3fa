import ApusMetrics
package import ApusPromQL
import ApusText
package import ApusTopology

/// What is recorded of one objective, for its alerts and panels:
///
/// | Series | What |
/// | --- | --- |
/// | `objective:events:rate5m`, `objective:bad_events:rate5m` | events a second over the shortest window, 0 when nothing happens |
/// | `objective:bad_events:increase1h` | the number of bad events within the long window of an alert |
/// | `objective:error_ratio:rate1h` | bad events among all over each window; without a value when nothing happens |
/// | `objective:error_budget_remaining:ratio` | 1 when nothing of the period's budget is gone, below 0 when more than all is |
///
/// All have the labels `objective` and `service`. Windows of up to six hours are computed from the counters. Longer ones would make
/// Prometheus read every sample of days, so they add up the recorded rates: bad ones and all of them apart, so that busy hours
/// weigh more than quiet ones; only the first window's worth at their far end is blurred. Numbers of events are sums at steps of
/// their own, so that they are right however often rules are evaluated, and before there are samples of the whole window.
///
/// An objective over a histogram counts the series alone that have its bound.
package struct ObjectiveRules {
    package let objective: Objective

    package init(_ objective: Objective) { self.objective = objective }

    private static let longestFromCounters = Duration.seconds(6 * 3600)

    /// Every window of the objective, the shortest first: those of its burn rates and the period.
    package var windows: [Duration] {
        Set(objective.burnRates.flatMap { [$0.longWindow, $0.shortWindow] } + [objective.period]).sorted()
    }

    /// Windows that are computed from counters, and those from what was recorded.
    var shortWindows: [Duration] { windows.filter { $0 <= Self.longestFromCounters } }
    var longWindows: [Duration] { windows.filter { $0 > Self.longestFromCounters } }

    private var base: Duration { windows.first ?? objective.period }

    /// The share of events that may be bad.
    package var budget: Double { Self.rounded(1 - objective.target) }

    /// The share of bad events at which a burn rate alerts.
    package func limit(of rate: BurnRate) -> Double { Self.rounded(rate.factor * (1 - objective.target)) }

    /// Without the noise of binary fractions, so that it prints as people write it.
    private static func rounded(_ value: Double) -> Double { (value * 1e12).rounded() / 1e12 }

    // MARK: - Recording

    /// All events a second.
    package var events: RecordingRule<ObjectiveKey> {
        recorded("objective:events:rate\(DurationText.string(base))", total(over: base))
    }

    /// Bad events a second.
    package var badEvents: RecordingRule<ObjectiveKey> {
        recorded("objective:bad_events:rate\(DurationText.string(base))", bad(over: base))
    }

    /// Bad events among all over one of the windows.
    package func errorRatio(over window: Duration) -> RecordingRule<ObjectiveKey> {
        let name = "objective:error_ratio:rate\(DurationText.string(window))"
        guard window > Self.longestFromCounters else {
            return recorded(name, bad(over: window) / (total(over: window) > 0))
        }
        return recorded(name, sum(badEvents, window) / (sum(events, window) > 0))
    }

    /// The number of bad events in the long window of an alert up to which a ratio says nothing: one is all of the events of a quiet hour.
    private static let fewBadEvents = 5.0

    /// The long windows of burn rates.
    private var alertWindows: [Duration] { Set(objective.burnRates.map(\.longWindow)).sorted() }

    /// The number of bad events within one of the windows of alerts.
    package func badEvents(within window: Duration) -> RecordingRule<ObjectiveKey> {
        let name = "objective:bad_events:increase\(DurationText.string(window))"
        guard window > Self.longestFromCounters else { return recorded(name, bad(over: window) * (window / .seconds(1))) }
        // Each value is that of the time until the next step; rates overlap, so that none is between two of them.
        let step = base / 5
        let rates = badEvents.value(matching: .objective, objective.name).samples(over: .fixed(window), every: step)
        return recorded(name, rates.total * (step / .seconds(1)))
    }

    /// What is left of the period's budget: 1 for all of it.
    package var budgetRemaining: RecordingRule<ObjectiveKey> {
        recorded(
            "objective:error_budget_remaining:ratio",
            1 - errorRatio(over: objective.period).value(matching: .objective, objective.name) / budget)
    }

    /// What is computed from counters.
    var shortRules: [RecordingRule<ObjectiveKey>] {
        [events, badEvents] + counts { $0 <= Self.longestFromCounters } + shortWindows.map(errorRatio)
    }

    /// What is computed from what was recorded.
    var longRules: [RecordingRule<ObjectiveKey>] {
        counts { $0 > Self.longestFromCounters } + longWindows.map(errorRatio) + [budgetRemaining]
    }

    private func counts(_ isOfFile: (Duration) -> Bool) -> [RecordingRule<ObjectiveKey>] {
        alertWindows.filter(isOfFile).map { badEvents(within: $0) }
    }

    /// Labels that the vector has already tell Prometheus' linter that the rules of two objectives differ.
    private func recorded<Key>(_ name: String, _ vector: InstantVector<Key>) -> RecordingRule<ObjectiveKey> {
        RecordingRule(name, vector, adding: [(.objective, objective.name), (.service, objective.service)])
    }

    private func sum(_ rule: RecordingRule<ObjectiveKey>, _ window: Duration) -> InstantVector<ObjectiveKey> {
        rule.samples(over: .fixed(window), matching: .objective, objective.name).total
    }

    private func bad(over window: Duration) -> InstantVector<NoKey> {
        switch objective.indicator {
        case .failures(let bad, _): Self.rate(of: bad, over: window)
        case .within(let histogram, let bound):
            Self.measured(histogram, bound, over: window) - Self.rate(of: [histogram.bucket(bound)], over: window)
        }
    }

    private func total(over window: Duration) -> InstantVector<NoKey> {
        switch objective.indicator {
        case .failures(_, let total): Self.rate(of: total, over: window)
        case .within(let histogram, let bound): Self.measured(histogram, bound, over: window)
        }
    }

    /// The rates of the observations of those series of a histogram that have the bound: of the others nobody knows whether they were within
    /// it, and an alert tells of them (``ObjectiveBounds``).
    private static func measured(_ histogram: PromQLSelector, _ bound: Double, over window: Duration) -> InstantVector<NoKey> {
        let rates = PromQLExpression(
            .binary(
                .and, PromQLMatching(labels: .ignoring(["le"])), histogram.part("_count").rate(over: window),
                histogram.bucket(bound).rate(over: window)))
        return sum(of: rates)
    }

    /// The rates of all series of some counters added up; a counter without a series counts as 0.
    private static func rate(of selectors: [PromQLSelector], over window: Duration) -> InstantVector<NoKey> {
        let rates = selectors.map { sum(of: $0.rate(over: window)) }
        return rates.dropFirst().reduce(rates.first ?? QueryScalar.number(0).vector, +)
    }

    private static func sum(of rates: PromQLExpression) -> InstantVector<NoKey> {
        InstantVector<NoKey>(raw: PromQLExpression(.aggregation(.sum, nil, parameter: nil, rates)))
            .or(QueryScalar.number(0).vector)
    }

    // MARK: - Alerting

    /// One for each burn rate, and one for histograms that do not have the objective's bound.
    package var alerts: [Alert] {
        objective.burnRates.map(alert) + (ObjectiveBounds(objective, window: base).map { [$0.alert] } ?? [])
    }

    private func alert(of rate: BurnRate) -> Alert {
        let (long, short) = (errorRatio(over: rate.longWindow), errorRatio(over: rate.shortWindow))
        let limit = limit(of: rate)
        func above(_ rule: RecordingRule<ObjectiveKey>) -> InstantVector<ObjectiveKey> {
            rule.value(matching: .objective, objective.name) > limit
        }
        func input(_ rule: RecordingRule<ObjectiveKey>, _ course: InputCourse) -> AlertInput {
            AlertInput(rule, [.objective: objective.name, .service: objective.service], course)
        }
        let (longText, shortText) = (DurationText.string(rate.longWindow), DurationText.string(rate.shortWindow))
        let counted = badEvents(within: rate.longWindow)
        let many = [input(counted, .constant(Self.fewBadEvents * 2))]
        let few = [
            input(long, .constant(limit * 1.0006)), input(short, .constant(limit * 1.0006)),
            input(counted, .level(quiet: Self.fewBadEvents, bad: Self.fewBadEvents * 1.0006)),
        ]
        let days = objective.period / .seconds(86_400) / rate.factor
        return Alert(
            "ErrorBudgetBurn",
            when: above(long).and(above(short)).and(
                counted.value(matching: .objective, objective.name) > Self.fewBadEvents),
            severity: rate.severity,
            labels: ["objective": objective.name, "long_window": longText, "short_window": shortText],
            summary: "The error budget burns too fast.",
            description: """
                \(value: .percentage) of the events of \(.objective) in the last \(text: longText) were bad, and as many in the \
                last \(text: shortText): at this rate the budget of \
                \(text: ValueFormat.percentage.rendered(budget)) is gone in \
                \(text: ValueFormat.decimals(1).rendered(days)) days.
                """,
            runbook: runbook,
            inputs: [
                input(long, .level(quiet: limit, bad: limit * 1.0006)), input(short, .constant(limit * 1.0006)),
            ] + many,
            furtherInputs: [
                [input(long, .constant(limit * 1.0006)), input(short, .level(quiet: limit, bad: limit * 1.0006))] + many,
                few,
            ],
            fileID: objective.place.fileID, line: objective.place.line)
    }

    private var runbook: Runbook {
        Runbook(
            meaning: """
                So many events were bad, over a long window and still over a short one, that the error budget of the objective's \
                period will not last. The label `objective` says which objective, `long_window` and `short_window` over which times. \
                No more than \(Int(Self.fewBadEvents)) bad events within the long window are no alert.
                """,
            impact: "The objective is missed for the period if nothing is done: users have noticed.",
            queries: [
                .init("What is left of each budget, 1 for all", budgetRemaining.value),
                .init("Bad events among all over the shortest window", errorRatio(over: base).value),
            ],
            actions: [
                "See since when: draw the second query over the last day, and compare with releases.",
                "Find the cause by the other alerts of the label `service`, and their runbooks.",
                "If the budget is nearly gone, stop releases until it has recovered.",
            ])
    }
}

/// The labels of what is recorded of objectives.
package enum ObjectiveKey: String, LabelKey {
    /// The objective's name.
    case objective
    case service
}
