import AgentMetrics
package import ApusMetrics

extension ReceivedReport {
    /// The report with each family that has no type, and whose name has one that is known, as of that type: names that services are told
    /// to record, and those of the processes that clients report of themselves. Any other type is somebody's word, and stands.
    package func declared() -> Self {
        var report = self
        for index in report.families.indices where report.families[index].kind == .untyped {
            let family = report.families[index]
            guard let kind = Self.kinds[family.name], family.canBe(kind) else { continue }
            report.families[index].kind = kind
        }
        return report
    }

    private static let kinds = ReportedPlan.declared.merging(
        OwnProcessSource.rows.map { ($0.family.name, ServedKind($0.family.kind)) }, uniquingKeysWith: { first, _ in first })
}

extension ReceivedFamily {
    /// Whether all of its numbers, which have no type, are what those of the type may be.
    fileprivate func canBe(_ kind: ServedKind) -> Bool {
        switch kind {
        case .gauge: true
        case .counter: series.allSatisfy { ($0.value.asDouble ?? .nan) >= 0 }
        case .histogram, .summary, .untyped, .info, .stateSet, .gaugeHistogram: false
        }
    }
}
