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
        /// What fires then: the labels of the condition's result, and its value.
        let firing: [SimulatedSample]
    }

    /// The tests of an alert, one for each of its inputs.
    static func all(of rule: AlertRule, step: Duration) throws(RuleError) -> [AlertProof] {
        var proofs = [try AlertProof(rule, try rule.inputs(), step: step)]
        for inputs in rule.alert.furtherInputs { proofs.append(try AlertProof(rule, inputs, step: step)) }
        return proofs
    }

    /// Runs the alert over its input.
    ///
    /// - Throws: what keeps the input from proving anything: the alert fires too early, never, or does not resolve.
    init(_ rule: AlertRule, _ inputs: [AlertInput], step: Duration) throws(RuleError) {
        self.rule = rule
        let timeline = ProofTimeline(rule.alert.condition, hold: rule.hold, keepFiring: rule.keepFiring, step: step)
        self.timeline = timeline
        let courses = inputs.map { $0.course.values(on: timeline) }
        series = zip(inputs, courses).map { ProofSeries($0, values: $1) }
        let simulation = RuleSimulation(series: zip(inputs, courses).map { SimulatedSeries($0, values: $1) }, step: step)
        checkpoints = try Self.checkpoints(rule, simulation, timeline)
    }

    private static func checkpoints(
        _ rule: AlertRule, _ simulation: RuleSimulation, _ timeline: ProofTimeline
    ) throws(RuleError) -> [Checkpoint] {
        var since: [[String: String]: Int] = [:]
        // What fires on, by the step at which its condition ceased.
        var ceased: [[String: String]: Int] = [:]
        var firing: [[SimulatedSample]] = []
        for index in 0...timeline.end {
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
                    firingOn.contains($0.labels) || index - (since[$0.labels] ?? index) >= timeline.holdSteps
                } + gone.filter { index - (ceased[$0.labels] ?? index) < timeline.keepSteps })
        }
        if let early = firing[..<timeline.firing].firstIndex(where: { !$0.isEmpty }) {
            throw .unprovenAlert(rule.alert.name, reason: "it fires at step \(early), before its input is beyond the limit")
        }
        guard !firing[timeline.firing].isEmpty else {
            throw .unprovenAlert(rule.alert.name, reason: "its input does not make it fire")
        }
        guard firing[timeline.end].isEmpty else {
            throw .unprovenAlert(rule.alert.name, reason: "it fires on after its input is within the limit again")
        }
        // Just before and just after each change of what fires.
        var indices: Set<Int> = [timeline.breach - 1, timeline.end]
        for index in 1...timeline.end where Set(firing[index].map(\.labels)) != Set(firing[index - 1].map(\.labels)) {
            indices.formUnion([index - 1, index])
        }
        return indices.sorted().map { Checkpoint(index: $0, firing: firing[$0]) }
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
