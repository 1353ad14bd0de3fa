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
                    rules: group.rules.map(RuleFile.Rule.init))
            ])
            return GeneratedFile(
                path: group.path, contents: try YAMLFile.contents(file),
                origins: group.rules.enumerated().flatMap { $0.element.origins(at: ["groups", "0", "rules", "\($0.offset)"]) })
        }
}

/// The paths of all files of rules, for Prometheus' configuration.
package func ruleFilePaths(of fleet: Fleet, groups: [AlertGroup]) -> [String] {
    (fleet.objectives.isEmpty ? [] : ObjectiveFile.all.map(\.path)) + groups.map(\.path).sorted()
}
