public import ApusDashboards
public import ApusFiles
public import ApusTopology

extension Fleet {
    /// All dashboards of the fleet, in the order in which people look at them: only those of what the fleet has.
    public var dashboards: [Dashboard] {
        let own = packs.flatMap { $0.dashboards(of: self) }
        let names = Set(own.map(\.name))
        return commonDashboards.filter { !names.contains($0.name) } + own
    }

    /// Those that fleets have without a pack.
    private var commonDashboards: [Dashboard] {
        let all: [(FleetDashboard, () -> Dashboard)] = [
            (.overview, { FleetOverview(fleet: self).dashboard }), (.instance, { InstanceDashboard(fleet: self).dashboard }),
            (.api, { APIDashboard(fleet: self).dashboard }), (.queue, { BrokerSection(fleet: self).dashboard }),
            (.objectives, { ObjectivesDashboard(fleet: self).dashboard }),
            (.database, { DatabaseDashboard(fleet: self).dashboard }), (.cache, { CacheDashboard(fleet: self).dashboard }),
            (.loadBalancer, { LoadBalancerDashboard(fleet: self).dashboard }),
            (.hosts, { HostsDashboard(fleet: self).dashboard }), (.journal, { JournalDashboard(fleet: self).dashboard }),
            (.agent, { AgentDashboard(fleet: self).dashboard }),
        ]
        return all.filter { $0.0.isPart(of: self) }.map { $0.1() }
    }

    /// `dashboards/….json`: all dashboards of the fleet, sorted by path.
    ///
    /// - Parameter schema: the form in which they are written.
    /// - Throws: the first thing that Grafana would refuse or that would mislead.
    public func dashboardFiles(schema: DashboardSchema = .classic) throws(DashboardError) -> [GeneratedFile] {
        try Dashboard.files(dashboards, schema: schema).sorted { $0.path < $1.path }
    }
}
