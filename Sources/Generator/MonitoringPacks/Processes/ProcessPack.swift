import ApusDashboards
import ApusPromQL
import ApusTopology

/// The monitoring of the services' processes: whether they run, and what they take.
struct ProcessPack: StandardPack {
    static let subject = StandardPacks.Subject.processes
    let concern = "fleet"

    func alerts(in fleet: Fleet) -> [Alert] {
        InstanceAlerts(fleet: fleet).all + PageAlerts(fleet: fleet).all + ResourceAlerts(fleet: fleet).all
    }

    /// What a process takes says nothing while it is down or hung.
    func inhibitions(in fleet: Fleet) -> [Inhibition] {
        let saturation: [AlertName] = [
            .highCPU, .highMemory, .processStopped, .memoryNearLimit, .heapGrowth, .eventLoopLag, .fewDescriptorsLeft,
            .reportsCease,
            .poolExhausted, .slowPool,
            .tooManyRestarts, .seriesDropped, .seriesClipped, .pageUnreliable, .pageSeriesLeftOut, .processesChurn,
            .listenQueueFull,
        ]
        return [
            Inhibition(
                of: saturation, while: [.instanceDown, .serviceHung, .processGone], equal: [TargetKey.service, .instance]),
            // A page that is not there counts as down; that its process lives says more.
            Inhibition(of: [.instanceDown, .pageUnreliable], while: [.pageUnread], equal: [TargetKey.service, .instance]),
            Inhibition(of: [.serviceHung, .processGone], while: [.instanceDown], equal: [TargetKey.service, .instance]),
            Inhibition(
                of: saturation + [.instanceDown, .serviceHung, .processGone], while: [.serviceAbsent],
                equal: [TargetKey.service]),
        ]
    }

    func dashboards(of fleet: Fleet) -> [Dashboard] {
        [FleetOverview(fleet: fleet).dashboard, InstanceDashboard(fleet: fleet).dashboard]
    }
}

extension FleetDashboard {
    static let overview = FleetDashboard("fleet-overview", ofStandard: ProcessPack.self)
    static let instance = FleetDashboard("instance", ofStandard: ProcessPack.self)
}
