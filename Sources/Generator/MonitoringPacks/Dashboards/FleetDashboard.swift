import ApusDashboards
import ApusTopology

/// The dashboards that a fleet can have; the raw values name their files.
enum FleetDashboard: String, CaseIterable {
    case overview = "fleet-overview"
    case instance
    case api
    case deliveries
    case queue
    case objectives
    case database
    case cache
    case loadBalancer = "load-balancer"
    case hosts
    case journal
    case agent

    /// Nil when the fleet has nothing that it would show.
    func dashboard(of fleet: Fleet) -> Dashboard? {
        guard isPart(of: fleet) else { return nil }
        return switch self {
        case .overview: FleetOverview(fleet: fleet).dashboard
        case .instance: InstanceDashboard(fleet: fleet).dashboard
        case .api: APIDashboard(fleet: fleet).dashboard
        case .deliveries: DeliveriesDashboard(fleet: fleet).dashboard
        case .queue: QueueDashboard(fleet: fleet).dashboard
        case .objectives: ObjectivesDashboard(fleet: fleet).dashboard
        case .database: DatabaseDashboard(fleet: fleet).dashboard
        case .cache: CacheDashboard(fleet: fleet).dashboard
        case .loadBalancer: LoadBalancerDashboard(fleet: fleet).dashboard
        case .hosts: HostsDashboard(fleet: fleet).dashboard
        case .journal: JournalDashboard(fleet: fleet).dashboard
        case .agent: AgentDashboard(fleet: fleet).dashboard
        }
    }

    /// Whether the fleet has what it shows.
    func isPart(of fleet: Fleet) -> Bool {
        switch self {
        case .overview, .instance, .agent: true
        case .api: fleet.records(.requests)
        case .deliveries: fleet.records(.deliveries)
        case .queue: fleet.records(.deliveries) || !fleet.brokers.isEmpty
        case .objectives: !fleet.objectives.isEmpty
        case .database: fleet.records(.pool) || !fleet.databases.isEmpty
        case .cache: !fleet.caches.isEmpty
        case .loadBalancer: !fleet.loadBalancers.isEmpty
        case .hosts: fleet.hostMonitoring != nil
        case .journal: fleet.isUnderSystemd
        }
    }

    /// Before it is fitted to what Grafana takes (``DashboardUID``).
    func uid(in fleet: Fleet) -> String { "apus-\(fleet.name)-\(self == .overview ? "overview" : rawValue)" }
}

extension Fleet {
    /// One of the fleet's own dashboards, with what all of them have in common.
    ///
    /// What is chosen goes along from one to another by the variables' names: those for the label `instance` of another program than
    /// the fleet's services have names of their own.
    func dashboard(
        _ dashboard: FleetDashboard, title: String, description: String, variables: [DashboardVariable],
        annotations: [DashboardAnnotation] = [.firingAlerts], start: String = "now-1h", fileID: String = #fileID,
        line: Int = #line, @ListBuilder<PanelRow> rows: () -> [PanelRow]
    ) -> Dashboard {
        Dashboard(
            dashboard.rawValue, uid: dashboard.uid(in: self), title: "\(title): \(name)", description: description,
            tags: ["apus", name], variables: variables, annotations: annotations, start: start, fileID: fileID, line: line,
            rows: rows)
    }
}
