package import ApusDashboards
package import ApusTopology

/// A dashboard that fleets can have: its name, by which others link to it, and which fleets have it.
package struct FleetDashboard: Sendable {
    /// The name of its file.
    package let name: String
    private let isNeeded: @Sendable (Fleet) -> Bool

    /// Describes a dashboard of a pack that fleets declare.
    package init<Pack: MonitoringPack>(
        _ name: String, of pack: Pack.Type, where isNeeded: @escaping @Sendable (Fleet) -> Bool
    ) {
        self.name = name
        self.isNeeded = { fleet in fleet.part(of: Pack.self) != nil && isNeeded(fleet) }
    }

    /// Describes a dashboard of a pack of this library.
    init<Pack: StandardPack>(
        _ name: String, ofStandard pack: Pack.Type, where isNeeded: @escaping @Sendable (Fleet) -> Bool = { _ in true }
    ) {
        self.name = name
        self.isNeeded = { fleet in Pack.isPart(of: fleet) && isNeeded(fleet) }
    }

    /// Whether a fleet has the dashboard: its pack, and something that it shows.
    package func isPart(of fleet: Fleet) -> Bool { isNeeded(fleet) }

    /// The dashboard of a fleet; none for a fleet that does not have it.
    func ifPart(of fleet: Fleet, _ make: () -> Dashboard) -> [Dashboard] { isPart(of: fleet) ? [make()] : [] }

    /// The dashboard's uid before it is fitted to what Grafana takes (``DashboardUID``).
    package func uid(in fleet: Fleet) -> String {
        "apus-\(fleet.name)-\(name == FleetDashboard.overview.name ? "overview" : name)"
    }
}

extension Fleet {
    /// One of the fleet's own dashboards, with what all of them have in common.
    ///
    /// What is chosen goes along from one to another by the variables' names: those for the label `instance` of another program than
    /// the fleet's services have names of their own.
    package func dashboard(
        _ dashboard: FleetDashboard, title: String, description: String, variables: [DashboardVariable],
        annotations: [DashboardAnnotation] = [.firingAlerts], start: String = "now-1h", fileID: String = #fileID,
        line: Int = #line, @ListBuilder<PanelRow> rows: () -> [PanelRow]
    ) -> Dashboard {
        Dashboard(
            dashboard.name, uid: dashboard.uid(in: self), title: "\(title): \(name)", description: description,
            tags: ["apus", name], variables: variables, annotations: annotations, start: start, fileID: fileID, line: line,
            rows: rows)
    }
}
