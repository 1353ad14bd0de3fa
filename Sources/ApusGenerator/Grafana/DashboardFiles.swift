import ApusTopology

/// `dashboards/….json`.
func dashboardFiles(for fleet: Fleet) throws -> [GeneratedFile] {
    try Dashboard.files(fleetDashboards(of: fleet))
}

/// All dashboards of a fleet, in the order in which people look at them.
func fleetDashboards(of fleet: Fleet) -> [Dashboard] {
    [FleetOverview(fleet: fleet).dashboard]
}
