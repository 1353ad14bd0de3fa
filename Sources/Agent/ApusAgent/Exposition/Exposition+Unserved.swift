import ApusLimits
import AgentMetrics
import ApusMetrics
import Synchronization

extension Exposition {
    /// What an instance serves whose page is not there.
    func downValues(_ count: Int) -> RowValues {
        var values = RowValues(absent: count)
        for family in families where [ServiceState.up.name, ServiceScrape.up.name].contains(family.family.name) {
            for row in family.instanceRows.rows { values[row] = .number(0, since: nil) }
        }
        return values
    }

    /// What of a report is not served, in words: families whose names are the agent's own, or were another instance's at the last
    /// exposition.
    func unserved(_ report: ReceivedReport, of identity: InstanceIdentity) -> [String] {
        let winners = refused.withLock { $0[identity] ?? [:] }
        let (probed, reserved) = reservedNames(at: clock.now())
        return report.families.lazy.compactMap { [self] family in
            let isAgents =
                probed.shared[family.name]?.contains(identity) ?? false
                || ReportedPlan.isAgents(family, reserved, ownProcessFamilies)
            return (isAgents ? ReportedPlan.agent : winners[family.name]).map { ReportedPlan.words(family.name, winner: $0) }
        }.prefix(SeriesLimits.refusedFamilies.value).sorted()
    }
}
