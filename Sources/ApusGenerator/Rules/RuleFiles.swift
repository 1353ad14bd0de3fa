import ApusPromQL
import ApusTopology

/// `rules/CONCERN-alerts.yml`.
func ruleFiles(for fleet: Fleet) throws -> [GeneratedFile] {
    try objectiveFiles(for: fleet)
        + AlertGroup.all(of: fleet).map { group in
            let file = RuleFile(groups: [
                .init(
                    name: group.groupName, interval: group.interval.map(DurationText.string),
                    rules: group.rules.map(RuleFile.Rule.init))
            ])
            return GeneratedFile(path: group.path, contents: try YAMLFile.contents(file))
        }
}

/// The paths of all files of rules, for Prometheus' configuration.
func rulePaths(of fleet: Fleet) throws -> [String] {
    let recorded = fleet.objectives.isEmpty ? [] : ObjectiveFile.all.map(\.path)
    return try recorded + AlertGroup.all(of: fleet).map(\.path).sorted()
}

/// Every alert of the fleet, checked.
func checkedAlerts(of fleet: Fleet) throws -> [AlertRule] {
    try AlertGroup.all(of: fleet).flatMap(\.rules)
}
