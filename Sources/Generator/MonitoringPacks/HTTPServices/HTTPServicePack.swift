import ApusDashboards
import ApusTopology

/// The monitoring of what services answer over HTTP.
struct HTTPServicePack: StandardPack {
    static let subject = StandardPacks.Subject.requests
    let concern = "request"

    func alerts(in fleet: Fleet) -> [Alert] { RequestAlerts(fleet: fleet).all }

    func dashboards(of fleet: Fleet) -> [Dashboard] {
        FleetDashboard.api.ifPart(of: fleet) { APIDashboard(fleet: fleet).dashboard }
    }
}

extension FleetDashboard {
    package static let api = FleetDashboard("api", ofStandard: HTTPServicePack.self) { $0.records(.requests) }
}
