import ApusFiles
import ApusGenerator
package import ApusTopology
import HostTesting
import Testing
import Yams

/// What happens to some series, and which alerts of a fleet fire then.
///
/// The generated tests show that a rule does what it says; a scenario shows that what it says is right for an event that people know.
package struct RuleScenario: Sendable, CustomTestStringConvertible {
    /// What happens.
    package let testDescription: String
    private let fleet: Fleet
    /// Between two samples, and two evaluations.
    private let step: String
    private let series: [String: String]
    private let moments: [Moment]

    /// A time, and how many series of an alert fire then.
    package struct Moment: Sendable {
        let time: String
        let alert: String
        let firing: Int

        package static func at(_ time: String, _ alert: String, _ firing: Int) -> Self {
            Self(time: time, alert: alert, firing: firing)
        }
    }

    /// - Parameter series: values in promtool's notation, by series.
    package init(
        _ event: String, of fleet: Fleet, every step: String = "15s", _ series: [String: String], _ moments: Moment...
    ) {
        self.init(event, of: fleet, every: step, series, moments)
    }

    /// - Parameter series: values in promtool's notation, by series.
    package init(
        _ event: String, of fleet: Fleet, every step: String = "15s", _ series: [String: String], _ moments: [Moment]
    ) {
        testDescription = event
        self.fleet = fleet
        self.step = step
        self.series = series
        self.moments = moments
    }

    /// Expects promtool to find that so many fire.
    package func expectItToHold() throws {
        let rules = try FileKind.rules.files(for: fleet)
        let folder = try TemporaryFolder(holding: rules)
        let entry = RuleTestDocument.Entry(
            interval: step,
            inputSeries: series.sorted { $0.key < $1.key }.map { .init(series: $0.key, values: $0.value) },
            expressionCases: moments.map { moment in
                .init(
                    expr: "count(ALERTS{alertname=\"\(moment.alert)\", alertstate=\"firing\"}) or vector(0)",
                    evalTime: moment.time, expSamples: [.init(labels: "{}", value: Double(moment.firing))])
            })
        let document = RuleTestDocument(
            ruleFiles: rules.map { folder.path($0.path) }, evaluationInterval: step, tests: [entry])
        try folder.write(try YAMLEncoder().encode(document), to: "scenario.yml")
        let names = Set(try RuleDocument.alerts(of: fleet).map(\.name))
        #expect(Set(moments.map(\.alert)).subtracting(names) == [])
        let result = try Command.run("promtool", ["test", "rules", folder.path("scenario.yml")])
        #expect(result.passed, "\(result.text)")
    }
}
