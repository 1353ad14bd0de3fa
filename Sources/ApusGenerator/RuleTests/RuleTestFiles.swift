import ApusPromQL
import ApusTopology

/// `rules/fleet-alerts.test.yml`: for each alert that it is silent at its limit, silent just before `for`, firing at `for` with
/// exact labels and annotations, and silent again afterwards.
func ruleTestFiles(for fleet: Fleet) throws -> [GeneratedFile] {
    let alerts = try checkedAlerts(of: fleet)
    let timeline = ProofTimeline(fleet: fleet)
    let step = DurationText.string(timeline.step)
    let file = RuleTestFile(
        ruleFiles: ["fleet-alerts.yml"], evaluationInterval: step,
        tests: [
            .init(
                interval: step,
                inputSeries: alerts.flatMap(\.proof.series).map { .init(series: $0.series, values: $0.notation) },
                alertRuleTest: alerts.flatMap { $0.cases(on: timeline) })
        ])
    return [GeneratedFile(path: "rules/fleet-alerts.test.yml", contents: try YAMLFile.contents(file))]
}

extension AlertRule {
    fileprivate func cases(on timeline: ProofTimeline) -> [RuleTestFile.Case] {
        [timeline.lastQuiet, timeline.lastPending, timeline.firing, timeline.resolved].map { index in
            .init(
                evalTime: timeline.time(of: index), alertname: name,
                expAlerts: index == timeline.firing ? proof.firing.map(expectation) : nil)
        }
    }

    private func expectation(of alert: AlertProof.Firing) -> RuleTestFile.Firing {
        let labels = Dictionary(alert.labels) { first, _ in first }
        return .init(
            expLabels: OrderedMapping([("severity", severity.rawValue)] + alert.labels),
            expAnnotations: OrderedMapping([
                ("summary", summary), ("description", description.rendered(labels: labels, value: alert.value)),
            ]))
    }
}
