package import ApusFiles
import ApusPromQL
import ApusText
package import ApusTopology

/// `rules/CONCERN-alerts.test.yml`: for each alert that it is silent at its limit, silent just before `for`, firing at `for` with
/// exact labels and annotations, and silent again afterwards.
package func ruleTestFiles(for fleet: Fleet, groups: [AlertGroup]) throws -> [GeneratedFile] {
    try objectiveTestFiles(for: fleet)
        + groups.map { group in
            let proofs = try AlertProof.all(of: group.rules, step: group.step)
            let file = RuleTestFile(
                ruleFiles: ["\(group.fileName).yml"], evaluationInterval: DurationText.string(group.step),
                tests: AlertProof.together(proofs).map { RuleTestFile.Test($0, step: group.step) })
            return GeneratedFile(path: group.testPath, contents: try YAMLFile.contents(file.yaml))
        }
}

extension AlertProof {
    /// Proofs that may share one test, since none looks at another's series: promtool reads the rules anew for each test.
    fileprivate static func together(_ proofs: [AlertProof]) -> [[AlertProof]] {
        var tests: [[AlertProof]] = []
        for proof in proofs {
            if let index = tests.firstIndex(where: { $0.allSatisfy { !$0.disturbs(proof) && !proof.disturbs($0) } }) {
                tests[index].append(proof)
            } else {
                tests.append([proof])
            }
        }
        return tests
    }

    private func disturbs(_ other: AlertProof) -> Bool {
        // promtool takes all alerts of a name together.
        if rule.alert.name == other.rule.alert.name { return true }
        let watched = Set(other.rule.alert.condition.selectors.compactMap(\.name))
        return series.contains { watched.contains($0.metric) }
    }

    fileprivate var cases: [RuleTestFile.Case] {
        checkpoints.map { checkpoint in
            .init(
                evalTime: timeline.time(of: checkpoint.index), alertname: rule.alert.name,
                expAlerts: checkpoint.firing.isEmpty
                    ? nil : checkpoint.firing.map(expectation).sorted { $0.expLabels.text < $1.expLabels.text })
        }
    }

    private func expectation(of firing: Firing) -> RuleTestFile.Firing {
        let (rule, sample) = (firing.rule, firing.sample)
        let added = Set(rule.labels.map(\.0))
        let own = sample.labels.filter { !added.contains($0.key) }.sorted { $0.key < $1.key }
        return .init(
            expLabels: OrderedMapping(rule.labels + own.map { ($0.key, $0.value) }),
            expAnnotations: OrderedMapping(
                rule.annotations(description: rule.alert.description.rendered(labels: sample.labels, value: sample.value))))
    }
}

extension RuleTestFile.Test {
    fileprivate init(_ proofs: [AlertProof], step: Duration) {
        self.init(
            interval: DurationText.string(step),
            inputSeries: proofs.flatMap(\.series).map { .init(series: $0.series, values: $0.notation) },
            alerts: proofs.flatMap(\.cases))
    }
}

extension OrderedMapping {
    fileprivate var text: String { pairs.map { "\($0)=\($1)" }.joined(separator: ",") }
}
