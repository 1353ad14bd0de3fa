import ApusPromQL
import ApusTopology

/// The test of one alert: its input, and at which steps it must be silent or fire, with which labels and annotations.
struct AlertProof {
    let rule: AlertRule
    let timeline: ProofTimeline
    let series: [ProofSeries]
    let checkpoints: [Checkpoint]

    struct Checkpoint {
        let index: Int
        /// What fires then under the alert's name.
        let firing: [Firing]
    }

    /// What fires of a rule: the labels of its condition's result, and its value.
    struct Firing {
        let rule: AlertRule
        let sample: SimulatedSample
    }

    /// The tests of some alerts of one group, one for each of their inputs.
    static func all(of rules: [AlertRule], step: Duration) throws(RuleError) -> [AlertProof] {
        var proofs: [AlertProof] = []
        for (index, rule) in rules.enumerated() {
            // promtool takes all alerts of a name together.
            let others = rules.indices.filter { $0 != index && rules[$0].alert.name == rule.alert.name }.map { rules[$0] }
            proofs.append(try AlertProof(rule, beside: others, try rule.inputs(), step: step))
            for inputs in rule.alert.furtherInputs {
                proofs.append(try AlertProof(rule, beside: others, inputs, step: step))
            }
        }
        return proofs
    }

    /// Runs the alert over its input, and the others of its name with it.
    ///
    /// - Throws: what keeps the input from proving anything: the alert fires too early, never, or does not resolve.
    private init(
        _ rule: AlertRule, beside others: [AlertRule], _ inputs: [AlertInput], step: Duration
    ) throws(RuleError) {
        self.rule = rule
        let timeline = ProofTimeline(rule, step: step)
        self.timeline = timeline
        let courses = inputs.map { $0.course.values(on: timeline) }
        series = zip(inputs, courses).map { ProofSeries($0, values: $1) }
        let simulation = RuleSimulation(series: zip(inputs, courses).map { SimulatedSeries($0, values: $1) }, step: step)
        let own = try Self.firing(rule, simulation, until: timeline.end)
        try Self.check(own, of: rule, on: timeline)
        var all = own.map { samples in samples.map { Firing(rule: rule, sample: $0) } }
        for other in others {
            for (index, samples) in try Self.firing(other, simulation, until: timeline.end).enumerated() {
                all[index] += samples.map { Firing(rule: other, sample: $0) }
            }
        }
        checkpoints = Self.checkpoints(of: all, on: timeline)
    }

    /// What fires of a rule at each step.
    private static func firing(
        _ rule: AlertRule, _ simulation: RuleSimulation, until end: Int
    ) throws(RuleError) -> [[SimulatedSample]] {
        let own = ProofTimeline(rule, step: .seconds(simulation.step))
        var since: [[String: String]: Int] = [:]
        // What fires on, by the step at which its condition ceased.
        var ceased: [[String: String]: Int] = [:]
        var firing: [[SimulatedSample]] = []
        for index in 0...end {
            let active: [SimulatedSample]
            do {
                active = try simulation.samples(of: rule.alert.condition, at: index).map(\.unnamed)
            } catch {
                guard case .unknown(let part) = error else { throw .unprovenAlert(rule.alert.name, reason: "\(error)") }
                throw .unprovenAlert(rule.alert.name, reason: "the test cannot follow \(part)")
            }
            since = Dictionary(active.map { ($0.labels, since[$0.labels] ?? index) }) { first, _ in first }
            let last = firing.last ?? []
            let firingOn = Set(last.map(\.labels))
            let gone = last.filter { since[$0.labels] == nil }
            ceased = Dictionary(gone.map { ($0.labels, ceased[$0.labels] ?? index) }) { first, _ in first }
            firing.append(
                active.filter {
                    firingOn.contains($0.labels) || index - (since[$0.labels] ?? index) >= own.holdSteps
                } + gone.filter { index - (ceased[$0.labels] ?? index) < own.keepSteps })
        }
        return firing
    }

    private static func check(
        _ firing: [[SimulatedSample]], of rule: AlertRule, on timeline: ProofTimeline
    ) throws(RuleError) {
        if let early = firing[..<timeline.firing].firstIndex(where: { !$0.isEmpty }) {
            throw .unprovenAlert(rule.alert.name, reason: "it fires at step \(early), before its input is beyond the limit")
        }
        guard !firing[timeline.firing].isEmpty else {
            throw .unprovenAlert(rule.alert.name, reason: "its input does not make it fire")
        }
        guard firing[timeline.end].isEmpty else {
            throw .unprovenAlert(rule.alert.name, reason: "it fires on after its input is within the limit again")
        }
    }

    /// Just before and just after each change of what fires.
    private static func checkpoints(of firing: [[Firing]], on timeline: ProofTimeline) -> [Checkpoint] {
        var indices: Set<Int> = [timeline.breach - 1, timeline.end]
        let identities = firing.map { Set($0.map(\.identity)) }
        for index in 1...timeline.end where identities[index] != identities[index - 1] {
            indices.formUnion([index - 1, index])
        }
        return indices.sorted().map { Checkpoint(index: $0, firing: firing[$0]) }
    }
}

extension AlertProof.Firing {
    /// The labels of the alert.
    fileprivate var identity: [String: String] {
        sample.labels.merging(rule.labels.map { ($0.0, $0.1) }) { _, added in added }
    }
}

extension ProofTimeline {
    fileprivate init(_ rule: AlertRule, step: Duration) {
        self.init(rule.alert.condition, hold: rule.hold, keepFiring: rule.keepFiring, step: step)
    }
}

extension SimulatedSeries {
    init(_ input: AlertInput, values: [Double?]) {
        labels = Dictionary(input.labels.map { ($0.name, $0.value) } + [(SimulatedSample.nameLabel, input.metric)]) { _, last in
            last
        }
        self.values = values
    }
}
