import ApusGenerator
import ApusMetrics
import ApusPromQL
import ApusTopology
import Foundation
import MetricCatalog
import Testing

@Suite struct `Checking of an alert` {
    private func rule<Key>(_ condition: InstantVector<Key>, description: LabelText<Key> = "Text.") -> AlertRule {
        AlertRule(
            "Test", when: condition, for: .seconds(60), severity: .low, summary: "Text.", description: description,
            proof: AlertProof(series: [], value: 0))
    }

    @Test func `a sound one passes`() throws {
        try rule(Contract.cpuUsage.series.value > 1, description: "\(.instance) has \(value: .decimals(1)).")
            .check(scrapeInterval: .seconds(15))
    }

    @Test func `a text with a label that the grouping took away is refused`() throws {
        let condition = Contract.queueDepth.series.value.max(by: .label(.state)) > 1
        let error = try #require(
            #expect(throws: GenerationError.self) {
                try rule(condition, description: "\(.instance) in \(.label(.state)).").check(scrapeInterval: .seconds(15))
            })
        #expect(error == .unknownLabel("instance", place: "alert Test"))
        #expect(error.description.hasPrefix("alert Test: its text names the label instance"))
    }

    @Test func `a faulty query is refused with the alert's name and each fault`() throws {
        let series = Notifications.delivered.series
        let condition = series.rate(over: .rateInterval).sum() / series.rate(over: .seconds(1)).sum() > 1
        let error = try #require(
            #expect(throws: GenerationError.self) { try rule(condition).check(scrapeInterval: .seconds(15)) })
        guard case .faultyQuery(let place, let faults) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(place == "alert Test")
        #expect(faults.count == 3)
        #expect(error.description.components(separatedBy: "; ").count == 3)
    }
}

@Suite struct `Values of a rule test` {
    private func notation(_ values: [Double?]) -> String {
        ProofSeries(Contract.cpuUsage, [("instance", "a")], values: values).notation
    }

    @Test(
        arguments: [
            ([1], "1"), ([1, 1], "1+0x1"), ([1, 1, 1, 5], "1+0x2 5"), ([0, 10, 20, 30], "0+10x3"), ([5, 3, 1], "5-2x2"),
            ([1, nil, nil, 1, 1], "1 stale _x1 1+0x1"), ([nil, 2], "stale 2"), ([0.5, 0.25], "0.5-0.25x1"), ([], ""),
            ([1, 2, nil], "1+1x1 stale"), ([1, 2, 4, 8], "1+1x1 4+4x1"),
        ] as [([Double?], String)])
    func `are runs of equal steps, and gone series are stale`(values: [Double?], expected: String) {
        #expect(notation(values) == expected)
    }

    @Test func `labels are escaped in the name of the series`() {
        #expect(
            ProofSeries(Contract.cpuUsage, [("instance", #"a"b"#)], values: []).series
                == #"worker_cpu_usage_percent{instance="a\"b"}"#)
    }
}
