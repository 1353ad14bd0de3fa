package import ApusFiles
import ApusPromQL
import ApusText
package import ApusTopology

/// `rules/CONCERN-alerts.yml` of each group, and the files of objectives.
package func ruleFiles(for fleet: Fleet, groups: [AlertGroup]) throws -> [GeneratedFile] {
    try objectiveFiles(for: fleet)
        + groups.map { group in
            let file = RuleFile(groups: [
                .init(
                    name: group.groupName, interval: group.interval.map(DurationText.string),
                    rules: group.rules.map { Placed(RuleFile.Rule($0), fleet.origin(of: $0.alert)) })
            ])
            return try YAMLFile.file(group.path, file)
        }
}

/// The paths of all files of rules, for Prometheus' configuration.
package func ruleFilePaths(of fleet: Fleet, groups: [AlertGroup]) -> [String] {
    (fleet.objectives.isEmpty ? [] : ObjectiveFile.all.map(\.path)) + groups.map(\.path).sorted()
}

extension Fleet {
    /// The declaration that a rule follows from: the alert itself when the fleet declares it, the objective that it is about, or the
    /// thresholds.
    func origin(of alert: Alert) -> SourcePlace {
        if alerts.contains(where: { $0.name == alert.name }) { return alert.place }
        let objective = alert.labels["objective"].flatMap { name in objectives.first { $0.name == name } }
        return objective?.place ?? thresholds.place
    }
}
