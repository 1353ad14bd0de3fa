package import ApusDashboards
package import ApusTopology

/// A dashboard that fleets can have: its name, by which others link to it, and which fleets have it.
package struct FleetDashboard: Sendable {
    /// The name of its file.
    package let name: String
    private let isNeeded: @Sendable (Fleet) -> Bool

    package init(_ name: String, where isNeeded: @escaping @Sendable (Fleet) -> Bool) {
        self.name = name
        self.isNeeded = isNeeded
    }

    static let overview = FleetDashboard("fleet-overview") { _ in true }
    static let instance = FleetDashboard("instance") { _ in true }
    package static let api = FleetDashboard("api") { $0.records(.requests) }
    static let queue = FleetDashboard("queue") { !$0.brokers.isEmpty }
    package static let objectives = FleetDashboard("objectives") { !$0.objectives.isEmpty }
    static let database = FleetDashboard("database") { $0.records(.pool) || !$0.databases.isEmpty }
    static let cache = FleetDashboard("cache") { !$0.caches.isEmpty }
    static let loadBalancer = FleetDashboard("load-balancer") { !$0.loadBalancers.isEmpty }
    static let hosts = FleetDashboard("hosts") { $0.hostMonitoring != nil }
    static let journal = FleetDashboard("journal") { $0.isUnderSystemd }
    static let agent = FleetDashboard("agent") { _ in true }

    /// Whether the fleet has what it shows.
    package func isPart(of fleet: Fleet) -> Bool { isNeeded(fleet) }

    /// Before it is fitted to what Grafana takes (``DashboardUID``).
    package func uid(in fleet: Fleet) -> String { "apus-\(fleet.name)-\(name == Self.overview.name ? "overview" : name)" }
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
