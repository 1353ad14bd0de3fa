import ApusDashboards
import ApusTopology

/// The monitoring of nginx, and of the certificates that it shows.
struct NginxPack: StandardPack {
    static let subject = StandardPacks.Subject.traffic
    let concern = "traffic"

    func alerts(in fleet: Fleet) -> [Alert] { TrafficAlerts(fleet: fleet).all }

    func dashboards(of fleet: Fleet) -> [Dashboard] {
        FleetDashboard.loadBalancer.ifPart(of: fleet) { LoadBalancerDashboard(fleet: fleet).dashboard }
    }
}

extension FleetDashboard {
    static let loadBalancer = FleetDashboard("load-balancer", ofStandard: NginxPack.self) { !$0.loadBalancers.isEmpty }
}
