import ApusDashboards
import ApusTopology

/// The monitoring of what monitors: the agents, Prometheus and Alertmanager.
struct MetaMonitoringPack: StandardPack {
    static let subject = StandardPacks.Subject.monitoring
    let concern = "monitoring"

    func alerts(in fleet: Fleet) -> [Alert] { MonitoringAlerts(fleet: fleet).all }

    func dashboards(of fleet: Fleet) -> [Dashboard] {
        [AgentDashboard(fleet: fleet).dashboard]
    }
}

extension FleetDashboard {
    static let agent = FleetDashboard("agent", ofStandard: MetaMonitoringPack.self)
}
