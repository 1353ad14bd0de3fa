import ApusFiles
import ApusMetrics
import ApusPromQL
import ApusTopology

/// A file of recording rules of objectives, with a group for each.
struct ObjectiveFile: Sendable {
    let name: String
    let rules: @Sendable (ObjectiveRules) -> [RecordingRule<ObjectiveKey>]

    var path: String { "rules/\(name).yml" }

    /// What is computed from counters, and what from that.
    static let all = [
        ObjectiveFile(name: "objectives") { $0.shortRules }, ObjectiveFile(name: "objective-trends") { $0.longRules },
    ]
}

/// `rules/objectives.yml` and `rules/objective-trends.yml`; none for a fleet without objectives.
func objectiveFiles(for fleet: Fleet) throws -> [GeneratedFile] {
    guard !fleet.objectives.isEmpty else { return [] }
    for objective in fleet.objectives { try objective.checkBound() }
    return try ObjectiveFile.all.map { file in
        let groups = fleet.objectives.map { objective in
            RuleFile.Group(
                name: "\(fleet.name)-\(objective.name)-\(file.name)", interval: nil,
                rules: file.rules(ObjectiveRules(objective)).map { rule in
                    RuleFile.Rule(
                        record: rule.name, expression: rule.expression,
                        labels: rule.labels.map { ($0.key.rawValue, $0.value) })
                })
        }
        return GeneratedFile(
            path: file.path, contents: try YAMLFile.contents(RuleFile(groups: groups)),
            origins: fleet.objectives.enumerated().map { FileOrigin(.element(["groups", "\($0.offset)"]), $0.element.place) })
    }
}

extension Objective {
    /// A bound that is none of the histogram's finds no bucket, so that all events would be bad.
    fileprivate func checkBound() throws(RuleError) {
        guard case .within(let histogram, let bound) = indicator, let family = histogram.family,
            !family.buckets.contains(bound)
        else { return }
        throw .boundOfNoBucket(objective: name, bound: bound, buckets: family.buckets, place: "\(place)")
    }
}
