/// A catalog held against what a target serves.
///
/// A family that is served as `untyped` contradicts no declared kind: who declares it knows from its documentation whether it rises
/// or not, which its exporter does not say.
public struct CatalogComparison: Sendable {
    /// The differences in the order of the declarations, then what is served and not declared.
    public let differences: [CatalogDifference]

    /// - Parameters:
    ///   - declared: what the target should serve; of two declarations of one name the first counts.
    ///   - targetLabels: labels that series may have besides the declared ones, such as `service` and `instance` of an agent.
    ///   - optionalLabels: the labels that some series of a family have besides the declared ones, and others of it have not.
    ///   - live: what the target serves.
    public init(
        declared: [MetricFamily], targetLabels: Set<String> = [],
        optionalLabels: (MetricFamily) -> Set<String> = { _ in [] }, live: ExpositionSummary
    ) {
        var names: Set<String> = []
        var differences: [CatalogDifference] = []
        for family in declared where names.insert(family.name).inserted {
            guard let served = live[family.name] else {
                differences.append(.missing(family.name))
                continue
            }
            differences += Self.differences(of: family, from: served, targetLabels.union(optionalLabels(family)))
        }
        differences += live.families.filter { !names.contains($0.name) }.map { .undeclared($0.name) }
        self.differences = differences
    }

    /// What contradicts the declarations: all but what is served beyond them.
    public var contradictions: [CatalogDifference] {
        differences.filter { if case .undeclared = $0 { false } else { true } }
    }

    private static func differences(
        of family: MetricFamily, from served: ServedFamily, _ moreLabels: Set<String>
    ) -> [CatalogDifference] {
        var differences: [CatalogDifference] = []
        if served.kind != .untyped && served.kind.rawValue != family.kind.textTypeName {
            differences.append(
                .wrongType(family.name, declared: family.kind.textTypeName, served: served.kind.rawValue))
        }
        guard served.sampleCount > 0 else { return differences + [.withoutSamples(family.name)] }
        let declared = family.labelNames + (family.kind == .stateSet ? [family.stateLabel] : [])
        let missing = declared.filter { !served.labelNames.contains($0) }
        let extra = served.labelNames.filter { !declared.contains($0) && !moreLabels.contains($0) }
        if !missing.isEmpty { differences.append(.missingLabels(family.name, missing)) }
        if !extra.isEmpty { differences.append(.extraLabels(family.name, extra)) }
        return differences
    }
}
