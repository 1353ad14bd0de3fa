import ApusFiles
import ApusMetrics
import ApusPromQL
import ApusText
import ApusTopology
import Foundation

/// The test of what is recorded of one objective: rates that change at the end of each window, so that each window has another
/// share of bad events, and what is then recorded.
struct ObjectiveProof {
    let objective: Objective
    let step: Duration
    let windows: [Duration]
    /// Whether the rules are over what other rules have recorded, and not over counters.
    let isOfRecorded: Bool
    let rules: [RecordingRule<ObjectiveKey>]

    /// Whole steps of the longest window, and some before.
    private var end: Int { Int((windows.last ?? step) / step) + 2 }

    /// Where shares and rates change: at the end of each window, and half way through the shortest.
    private var ages: [Duration] { windows.prefix(1).map { $0 / 2 } + windows }

    /// Between 0 and 1, another one for each age of events.
    private func share(ofAge age: Duration) -> Double {
        let index = ages.firstIndex { age < $0 } ?? ages.count
        return [0.3125, 0.125, 0.75, 0.25, 0.625, 0.375, 0.0625, 0.875][index % 8]
    }

    /// Events a step, another number for each age.
    private func all(ofAge age: Duration) -> Double {
        let index = ages.firstIndex { age < $0 } ?? ages.count
        return [8, 24, 40, 16, 56, 32, 64, 48][index % 8]
    }

    /// What each rule records at the start and at the end; empty when the objective's regular expressions do not say which series they find.
    func tests() throws -> [RuleTestFile.Test] {
        guard let inputs = series() else { return [] }
        // Once more while nothing bad, or nothing good, has ever happened: some counters come into being with their first event.
        let good = inputs.filter { !$0.isBad }
        let bad = inputs.filter(\.isBad)
        return try [test(inputs)] + (bad.isEmpty ? [] : [test(good), test(bad)])
    }

    private func test(_ inputs: [Input]) throws -> RuleTestFile.Test {
        var cases: [RuleTestFile.ExpressionCase] = []
        // At the start, when no rate can be computed yet, and at the end.
        for index in [0, end] {
            var known = inputs.map(\.simulated)
            for rule in rules {
                let samples = try RuleSimulation(series: known, step: step).samples(of: rule.expression, at: index).map {
                    sample in
                    var sample = sample.unnamed
                    for (key, value) in rule.labels { sample.labels[key.rawValue] = value }
                    return sample
                }
                cases.append(
                    .init(rule: rule.name, objective: objective.name, time: DurationText.string(step * index), samples))
                // What the next rules find.
                known += samples.map { sample in
                    SimulatedSeries(
                        labels: sample.labels.merging([SimulatedSample.nameLabel: rule.name]) { own, _ in own },
                        values: Array(repeating: nil, count: index) + [sample.value])
                }
            }
        }
        return RuleTestFile.Test(
            interval: DurationText.string(step),
            inputSeries: inputs.map { .init(series: $0.proof.series, values: $0.proof.notation) },
            expressions: cases)
    }

    private struct Input {
        let proof: ProofSeries
        let simulated: SimulatedSeries
        let isBad: Bool

        init(_ input: AlertInput, _ values: [Double?], isBad: Bool = false) {
            self.isBad = isBad
            proof = ProofSeries(input, values: values)
            simulated = SimulatedSeries(input, values: values)
        }
    }

    private func series() -> [Input]? {
        if isOfRecorded { return recordedSeries() }
        switch objective.indicator {
        case .failures(let bad, let total):
            let good = total.filter { !bad.contains($0) }
            guard let failed = bad.first, let passed = good.first ?? total.first,
                let badInput = failed.proofInput, let goodInput = passed.proofInput
            else { return nil }
            return [
                Input(badInput, counter { $0 * $1 * 0.75 }, isBad: true),
                Input(badInput.of(instance: "two"), counter { $0 * $1 * 0.25 }, isBad: true),
                Input(goodInput, counter { (1 - $0) * $1 * 0.5 }),
                Input(goodInput.of(instance: "two"), counter { (1 - $0) * $1 * 0.5 }),
                Input(badInput.of(service: "another"), counter { _, _ in 7 }),
                Input(goodInput.of(service: "another"), counter { _, _ in 11 }),
            ]
        case .within(let histogram, let bound):
            guard let count = histogram.part("_count").proofInput, let bucket = histogram.part("_bucket").proofInput else {
                return nil
            }
            func bounded(_ text: String) -> AlertInput { bucket.adding("le", text) }
            // As Prometheus has it by OpenMetrics.
            let text = PromQLNumber.string(bound)
            let within = bounded(text.contains(".") ? text : "\(text).0")
            return [
                Input(count, counter { $1 * 0.75 }), Input(count.of(instance: "two"), counter { $1 * 0.25 }),
                Input(within, counter { (1 - $0) * $1 * 0.75 }),
                Input(within.of(instance: "two"), counter { (1 - $0) * $1 * 0.25 }),
                Input(bounded("+Inf"), counter { $1 }), Input(count.of(service: "another"), counter { _, _ in 11 }),
                // It has other bounds.
                Input(count.of(instance: "three"), counter { _, _ in 5 }),
                Input(bounded("+Inf").of(instance: "three"), counter { _, _ in 5 }),
                Input(bounded(text).of(service: "another"), counter { _, _ in 7 }),
            ]
        }
    }

    /// What the rules over counters record.
    private func recordedSeries() -> [Input] {
        let rules = ObjectiveRules(objective)
        func input(_ rule: RecordingRule<ObjectiveKey>, _ name: String, _ values: [Double?]) -> Input {
            Input(AlertInput(rule, [.objective: name, .service: objective.service], .constant(0)), values)
        }
        let shares = (0...end).map { share(ofAge: step * (end - $0)) as Double? }
        func events(_ index: Int) -> Double { all(ofAge: step * (end - index)) / 1e6 }
        let other = "not-\(objective.name)"
        return [
            input(rules.badEvents, objective.name, (0...end).map { events($0) * share(ofAge: step * (end - $0)) }),
            input(rules.events, objective.name, (0...end).map(events)),
            input(rules.errorRatio(over: objective.period), other, shares),
            input(rules.badEvents, other, shares.map { _ in 3 }), input(rules.events, other, shares.map { _ in 5 }),
        ]
    }

    /// A counter of so many events a step as a share of bad ones gives.
    private func counter(_ growth: (Double, Double) -> Double) -> [Double?] {
        var total = 1000.0
        return (0...end).map { index in
            let age = step * (end - index)
            total += growth(share(ofAge: age), all(ofAge: age))
            return total
        }
    }
}

/// `rules/objectives.test.yml` and `rules/objective-trends.test.yml`.
func objectiveTestFiles(for fleet: Fleet) throws -> [GeneratedFile] {
    guard !fleet.objectives.isEmpty else { return [] }
    return try ObjectiveFile.all.enumerated().map { index, file in
        var longest = Duration.zero
        let tests = try fleet.objectives.flatMap { objective -> [RuleTestFile.Test] in
            let rules = ObjectiveRules(objective)
            let windows = index == 0 ? rules.shortWindows : rules.longWindows
            guard let shortest = windows.first else { return [] }
            // What was recorded counts for five minutes: there is no time without a value.
            let step = index == 0 ? shortest / 2 : .seconds(300)
            let proof = ObjectiveProof(
                objective: objective, step: step, windows: windows, isOfRecorded: index == 1, rules: file.rules(rules))
            longest = max(longest, proof.length)
            return try proof.tests()
        }
        let contents = RuleTestFile(
            // At the start, when there is nothing, and at the end.
            ruleFiles: ["\(file.name).yml"], evaluationInterval: DurationText.string(longest), tests: tests)
        return GeneratedFile(path: "rules/\(file.name).test.yml", contents: try YAMLFile.contents(contents.yaml))
    }
}

extension ObjectiveProof {
    fileprivate var length: Duration { step * end }
}
