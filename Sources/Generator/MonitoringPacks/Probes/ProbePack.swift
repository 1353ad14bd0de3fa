import ApusDashboards
import ApusPromQL
import ApusTopology

/// The monitoring of what the agent of a host asks from outside: servers, services, sockets and files.
struct ProbePack: StandardPack {
    static let subject = StandardPacks.Subject.probes
    let concern = "probe"

    func alerts(in fleet: Fleet) -> [Alert] { ProbeAlerts(fleet: fleet).all }

    func inhibitions(in fleet: Fleet) -> [Inhibition] {
        guard !fleet.probes.isEmpty else { return [] }
        return [
            // What is known to be down answers no probe either; exporters and probes have one instance in common.
            Inhibition(
                of: [.probeDown], while: [.instanceDown, .databaseDown, .poolerDown, .brokerDown, .cacheDown],
                equal: [TargetKey.instance]),
            // Of the one agent that asks nobody hears anything.
            Inhibition(of: [.probeAbsent], while: [.serviceAbsent]),
        ]
    }

    func dashboards(of fleet: Fleet) -> [Dashboard] {
        FleetDashboard.probes.ifPart(of: fleet) { ProbeDashboard(fleet: fleet).dashboard }
    }
}

extension FleetDashboard {
    static let probes = FleetDashboard("probes", ofStandard: ProbePack.self) { !$0.probes.isEmpty }
}
