import ApusPromQL
import ApusTopology

/// `rules/CONCERN-alerts.yml`; ``FleetPlan/ruleFiles`` has them.
func ruleFiles(for fleet: Fleet, groups: [AlertGroup]) throws -> [GeneratedFile] {
    try objectiveFiles(for: fleet)
        + groups.map { group in
            let file = RuleFile(groups: [
                .init(
                    name: group.groupName, interval: group.interval.map(DurationText.string),
                    rules: group.rules.map(RuleFile.Rule.init))
            ])
            return GeneratedFile(
                path: group.path, contents: try YAMLFile.contents(file),
                origins: group.rules.enumerated().flatMap { $0.element.origins(at: ["groups", "0", "rules", "\($0.offset)"]) })
        }
}

extension FleetPlan {
    /// The paths of all files of rules, for Prometheus' configuration.
    var rulePaths: [String] {
        get throws {
            let recorded = fleet.objectives.isEmpty ? [] : ObjectiveFile.all.map(\.path)
            return try recorded + alertGroups.map(\.path).sorted()
        }
    }
}
