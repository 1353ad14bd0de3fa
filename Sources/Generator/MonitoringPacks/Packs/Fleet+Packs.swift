public import ApusDashboards
public import ApusFiles
public import ApusTopology

extension Fleet {
    /// The packs of this library in the order of their files; those that are declared stand before the objectives.
    private static let standardPacks: [any StandardPack.Type] = [
        ProcessPack.self, HTTPServicePack.self, PostgreSQLPack.self, RabbitMQPack.self, RedisPack.self, NginxPack.self,
        HostPack.self, MetaMonitoringPack.self, UnitPack.self, ProbePack.self,
    ]

    /// The packs that the fleet has: those of this library that it does not leave out, and those that it declares.
    package var packs: [any MonitoringPack] {
        let standard = Self.standardPacks.filter { $0.isPart(of: self) }.map { $0.init() as any MonitoringPack }
        let objectives: [any MonitoringPack] = ObjectivePack.isPart(of: self) ? [ObjectivePack()] : []
        return standard + parts.compactMap { $0 as? any MonitoringPack } + objectives
    }

    /// What the fleet is alerted on, by concern, in the order of the files: what its packs and it itself declare.
    ///
    /// Packs of one concern share its files.
    package var alertsByConcern: [(name: String, alerts: [Alert])] {
        var concerns: [(name: String, alerts: [Alert])] = []
        for (name, alerts) in packs.map({ ($0.concern, $0.alerts(in: self)) }) + [("own", alerts)] {
            if let index = concerns.firstIndex(where: { $0.name == name }) {
                concerns[index].alerts += alerts
            } else {
                concerns.append((name, alerts))
            }
        }
        return concerns
    }

    /// The alerts that say nothing new while others fire, pack by pack.
    package var inhibitions: [Inhibition] { packs.flatMap { $0.inhibitions(in: self) } }

    /// All dashboards of the fleet, pack by pack: only those of what the fleet has. Of two with one name the later is taken.
    public var dashboards: [Dashboard] {
        var dashboards: [Dashboard] = []
        for dashboard in packs.flatMap({ $0.dashboards(of: self) }) {
            if let index = dashboards.firstIndex(where: { $0.name == dashboard.name }) {
                dashboards[index] = dashboard
            } else {
                dashboards.append(dashboard)
            }
        }
        return dashboards
    }

    /// `dashboards/….json`: all dashboards of the fleet, sorted by path.
    ///
    /// - Parameter schema: the form in which they are written.
    /// - Throws: the first thing that Grafana would refuse or that would mislead.
    public func dashboardFiles(schema: DashboardSchema = .classic) throws(DashboardError) -> [GeneratedFile] {
        try Dashboard.files(dashboards, schema: schema).sorted { $0.path < $1.path }
    }
}
