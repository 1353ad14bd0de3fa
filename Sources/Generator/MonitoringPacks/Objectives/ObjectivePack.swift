import ApusDashboards
import ApusRules
import ApusTopology

/// The monitoring of the fleet's objectives and their error budgets.
struct ObjectivePack: StandardPack {
    static let subject = StandardPacks.Subject.objectives
    let concern = "objective"

    func alerts(in fleet: Fleet) -> [Alert] { fleet.objectives.flatMap { ObjectiveRules($0).alerts } }

    func dashboards(of fleet: Fleet) -> [Dashboard] {
        FleetDashboard.objectives.ifPart(of: fleet) { ObjectivesDashboard(fleet: fleet).dashboard }
    }
}

extension FleetDashboard {
    package static let objectives = FleetDashboard("objectives", ofStandard: ObjectivePack.self) { !$0.objectives.isEmpty }
}
