import AgentMetrics
import ApusGenerator
import ApusMetrics
import ApusPromQL
import ApusRules
import ApusTopology
import GeneratorTesting
import Testing

@Suite struct `Checking of an alert` {
    private func generate<Key>(
        _ condition: InstantVector<Key>, named name: String = "Test", labels: [String: String] = [:],
        description: LabelText<Key> = "Text."
    ) throws {
        let fleet = Fleet("one") {
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            Alert(
                AlertName(name), when: condition, severity: .low, labels: labels, summary: "Text.", description: description,
                runbook: Runbook(meaning: "Text.", impact: "Text.", actions: ["Look."]))
        }
        _ = try fleet.generatedFiles(of: [.rules])
    }

    @Test func `a sound one passes`() throws {
        try generate(Contract.cpuUsage.series.value > 1, description: "\(.instance) has \(value: .decimals(1)).")
    }

    @Test func `a text with a label that the grouping took away is refused`() throws {
        let condition = Queue.depth.series.value.max(by: .label(.state)) > 1
        let error = #expect(throws: RuleError.self) {
            try generate(condition, description: "\(.instance) in \(.label(.state)).")
        }
        #expect(error == .unknownLabel("instance", place: "alert Test"))
        #expect(error?.description.hasPrefix("alert Test: its text names the label instance") == true)
    }

    @Test func `a faulty query is refused with the alert's name and each finding`() throws {
        let series = ShopMetrics.orders.series
        let condition = series.rate(over: .rateInterval).sum() / series.rate(over: .seconds(1)).sum() > 1
        let error = #expect(throws: RuleError.self) { try generate(condition) }
        guard case .faultyQuery("alert Test", let findings) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(Set(findings.map(\.kind)) == [.variableInRule, .windowTooShort, .unguardedDivision])
    }

    @Test func `a name in another case, and a label that is a template or the severity, are refused`() {
        let condition = Contract.cpuUsage.series.value > 1
        #expect(throws: RuleError.illegalAlertName("highCPU")) { try generate(condition, named: "highCPU") }
        #expect(throws: RuleError.illegalAlertLabel("value", place: "alert Test")) {
            try generate(condition, labels: ["value": "{{ $value }}"])
        }
        #expect(throws: RuleError.illegalAlertLabel("severity", place: "alert Test")) {
            try generate(condition, labels: ["severity": "low"])
        }
    }
}
