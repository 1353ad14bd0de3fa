import ApusDashboards
import ApusTopology

/// The monitoring of the services' processes: whether they run, and what they take.
struct ProcessPack: StandardPack {
    static let subject = StandardPacks.Subject.processes
    let concern = "fleet"

    func alerts(in fleet: Fleet) -> [Alert] { InstanceAlerts(fleet: fleet).all + ResourceAlerts(fleet: fleet).all }

    func dashboards(of fleet: Fleet) -> [Dashboard] {
        [FleetOverview(fleet: fleet).dashboard, InstanceDashboard(fleet: fleet).dashboard]
    }
}

extension FleetDashboard {
    static let overview = FleetDashboard("fleet-overview", ofStandard: ProcessPack.self)
    static let instance = FleetDashboard("instance", ofStandard: ProcessPack.self)
}
