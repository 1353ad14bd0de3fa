import ApusDashboards
import ApusTopology

/// The monitoring of systemd's units and of the journal.
struct UnitPack: StandardPack {
    static let subject = StandardPacks.Subject.units
    let concern = "unit"

    func alerts(in fleet: Fleet) -> [Alert] { UnitAlerts(fleet: fleet).all + HostUnitAlerts(fleet: fleet).all }

    func dashboards(of fleet: Fleet) -> [Dashboard] {
        FleetDashboard.journal.ifPart(of: fleet) { JournalDashboard(fleet: fleet).dashboard }
    }
}

extension FleetDashboard {
    static let journal = FleetDashboard("journal", ofStandard: UnitPack.self) { $0.isUnderSystemd }
}
