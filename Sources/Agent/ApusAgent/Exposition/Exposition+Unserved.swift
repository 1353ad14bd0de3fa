import ApusLimits
import AgentMetrics
import ApusMetrics
import Synchronization

extension Exposition {
    /// What an instance serves whose page is not there.
    func downValues(_ count: Int) -> [RowValue] {
        var values = [RowValue](repeating: .absent, count: count)
        for family in families where [ServiceState.up.name, ServiceScrape.up.name].contains(family.family.name) {
            for row in family.instanceRows { values[row] = .number(0) }
        }
        return values
    }

    /// What of a report is not served, in words: families whose names are the agent's own, or were another instance's at the last
    /// exposition.
    func unserved(_ report: ReceivedReport, of identity: InstanceIdentity) -> [String] {
        let known = refused.withLock { $0[identity] ?? [] }
        let own = report.families.lazy.filter { [self] in ReportedPlan.isAgents($0, reserved, ownProcessFamilies) }.map(\.name)
        return Set(
            known + own.prefix(SeriesLimits.refusedFamilies.value).map { ReportedPlan.words($0, winner: ReportedPlan.agent) }
        )
        .sorted()
    }
}
