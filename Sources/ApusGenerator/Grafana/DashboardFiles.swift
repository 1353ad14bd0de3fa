public import ApusTopology

extension Fleet {
    /// `dashboards/….json`: all dashboards of the fleet, in the order in which people look at them.
    ///
    /// - Parameter schema: the form in which they are written.
    /// - Throws: the first thing that Grafana would refuse or that would mislead.
    public func dashboardFiles(schema: DashboardSchema = .classic) throws(GenerationError) -> [GeneratedFile] {
        try Dashboard.files([FleetOverview(fleet: self).dashboard], schema: schema)
    }
}
