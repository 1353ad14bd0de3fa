public import ApusDashboards
public import ApusFiles
public import ApusTopology

extension Fleet {
    /// All dashboards of the fleet, in the order in which people look at them: only those of what the fleet has.
    public var dashboards: [Dashboard] { FleetDashboard.allCases.compactMap { $0.dashboard(of: self) } }

    /// `dashboards/….json`: all dashboards of the fleet, sorted by path.
    ///
    /// - Parameter schema: the form in which they are written.
    /// - Throws: the first thing that Grafana would refuse or that would mislead.
    public func dashboardFiles(schema: DashboardSchema = .classic) throws(DashboardError) -> [GeneratedFile] {
        try Dashboard.files(dashboards, schema: schema).sorted { $0.path < $1.path }
    }
}
