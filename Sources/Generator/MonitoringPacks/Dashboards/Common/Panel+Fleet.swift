import ApusDashboards
import ApusTopology

extension Panel {
    /// Links its values to the dashboard of the process that they are of; its series keep the label `instance`.
    func linkedToInstance(of fleet: Fleet) -> Self {
        dataLinks(
            .dashboard(
                FleetDashboard.instance.uid(in: fleet), "Show ${__field.labels.instance}",
                variablesFromLabels: ["instance": "instance"]))
    }

    /// Links its corner to another dashboard of the fleet, if the fleet has it.
    func linked(to dashboard: FleetDashboard, _ title: String, of fleet: Fleet) -> Self {
        dashboard.isPart(of: fleet) ? links(.dashboard(dashboard.uid(in: fleet), title)) : self
    }

    /// Words and colours for a value that is 1 when all is well, and 0 when not.
    func saying(_ well: String, or ill: String) -> Self { mappings(.value(1, well, .green), .value(0, ill, .red)) }
}
