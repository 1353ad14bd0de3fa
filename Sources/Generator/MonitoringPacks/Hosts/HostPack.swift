import ApusDashboards
import ApusPromQL
import ApusTopology
import ExporterCatalog

/// The monitoring of the machines, as node_exporter sees them or, where nobody asks that, the agents.
struct HostPack: StandardPack {
    static let subject = StandardPacks.Subject.hosts
    let concern = "host"

    func alerts(in fleet: Fleet) -> [Alert] { HostAlerts(fleet: fleet).all + AgentHostAlerts(fleet: fleet).all }

    func inhibitions(in fleet: Fleet) -> [Inhibition] {
        [
            Inhibition(
                of: [.diskFillsUp], while: [.diskAlmostFull],
                equal: [HostAlerts.FilesystemKey.service, .instance, .label(.mountpoint)])
        ]
    }

    func dashboards(of fleet: Fleet) -> [Dashboard] {
        FleetDashboard.hosts.ifPart(of: fleet) { HostsDashboard(fleet: fleet).dashboard }
    }
}

extension FleetDashboard {
    static let hosts = FleetDashboard("hosts", ofStandard: HostPack.self) { $0.hostMonitoring != nil }
}
