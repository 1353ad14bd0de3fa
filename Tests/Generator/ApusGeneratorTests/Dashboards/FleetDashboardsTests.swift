import AgentMetrics
import ApusFiles
import MonitoringPacks
import NotificationPack
import ApusMetrics
import ApusTopology
import ExporterCatalog
import Foundation
import HostTesting
import NotificationFleet
import NotificationMetrics
import Testing

@Suite struct `The dashboards of a fleet` {
    private static func documents(of fleet: Fleet) throws -> [DashboardDocument] {
        try fleet.dashboardFiles().map { try JSONDecoder().decode(DashboardDocument.self, from: Data($0.contents.utf8)) }
    }

    private func names(_ fleet: Fleet) throws -> [String] {
        try fleet.dashboardFiles().map { $0.path.replacing("dashboards/", with: "").replacing(".json", with: "") }
    }

    @Test func `are those of what it has`() throws {
        let everything = [
            "agent", "api", "cache", "database", "deliveries", "fleet-overview", "hosts", "instance", "journal",
            "load-balancer", "objectives", "queue",
        ]
        let servers: Set = ["cache", "hosts", "journal", "load-balancer"]
        let development = notificationFleet()
        #expect(try names(development.varied(for: .production)) == everything)
        #expect(try names(development) == everything.filter { !servers.contains($0) })
        #expect(
            try names(Fleet("one") { FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) } })
                == ["agent", "database", "fleet-overview", "instance", "journal"])
        let delivering = Fleet("two") {
            FleetService("worker", role: .worker, records: [.deliveries]) { Instance("worker-1", metricsPort: 9091) }
            NotificationPack()
        }
        #expect(
            try names(delivering) == ["agent", "deliveries", "fleet-overview", "instance", "journal", "queue"])
        let silent = Fleet("silent", environment: .development) {
            FleetService("web", role: .api, records: []) { Instance("web-1", port: 3001, metricsPort: 9101) }
        }
        #expect(try names(silent) == ["agent", "fleet-overview", "instance"])
    }

    /// Both ways: what it has is shown, what it lacks is not asked for.
    @Test(arguments: FleetShapes.all + FleetShapes.environments)
    func `ask for what the fleet has, and for nothing else`(fleet: Fleet) throws {
        let names = Set(
            try Self.documents(of: fleet).filter { !$0.uid.hasSuffix("overview") }.flatMap(\.allPanels)
                .flatMap { $0.targets ?? [] }.flatMap { try Queries.metricNames(inPanel: $0.expr) })
        func shows(_ families: [MetricFamily]) -> Bool {
            families.contains { family in names.contains { $0.hasPrefix(family.name) } }
        }
        let records = fleet.services.reduce(into: Set<RecordedMetrics>()) { $0.formUnion($1.records) }
        let isUnderSystemd = fleet.environment != .development
        #expect(shows(PostgresExporter.exporter.families) == !fleet.databases.isEmpty)
        #expect(shows(PgBouncerExporter.exporter.families) == fleet.databases.contains { $0.pooler != nil })
        #expect(shows(RabbitMQPlugin.exporter.families) == !fleet.brokers.isEmpty)
        #expect(shows(RedisExporter.exporter.families) == !fleet.caches.isEmpty)
        #expect(shows(NginxExporter.exporter.families) == !fleet.loadBalancers.isEmpty)
        #expect(
            shows(BlackboxExporter.exporter.families) == fleet.loadBalancers.contains { $0.certificate?.proberPort != nil })
        #expect(shows(NodeExporter.exporter.families) == (fleet.hostMonitoring != nil))
        #expect(shows(AlertmanagerServer.exporter.families) == fleet.declaresRouting)
        #expect(shows([Journal.messages.family, Units.state.family, Units.busUp.family]) == isUnderSystemd)
        #expect(shows([HTTPServer.requestDuration.family]) == records.contains(.requests))
        #expect(shows([Notifications.claimed.family, Contract.queueDepth.family]) == records.contains(.deliveries))
        #expect(shows([Contract.databaseConnections.family]) == records.contains(.pool))
        #expect(names.contains { $0.hasPrefix("objective:") } == !fleet.objectives.isEmpty)
    }

    /// What is chosen goes along from one dashboard to another by the names of variables.
    @Test(arguments: FleetShapes.environments)
    func `give variables of one name the values of one program`(fleet: Fleet) throws {
        let own = Set((MetricCatalog.families + Notifications.families).flatMap { [$0.name, "\($0.name)_count"] })
        for variable in try Self.documents(of: fleet).flatMap(\.templating.list) {
            guard ["job", "service", "instance"].contains(variable.name) else { continue }
            let definition = try #require(variable.definition)
            let series = definition.trimmingPrefix("label_values(").prefix { !"{,".contains($0) }
            #expect(own.contains(String(series)), "\(definition)")
        }
    }

    @Test func `lead from each process to its own dashboard`() throws {
        let dashboards = try Self.documents(of: notificationFleet().varied(for: .production))
        let overview = try #require(dashboards.first { $0.uid == "apus-notifications-overview" })
        for title in ["CPU", "Memory", "Heap", "Database connections", "Uptime", "Throughput"] {
            let panel = try #require(overview.panels.first { $0.title == title })
            let url = try #require(panel.fieldConfig?.defaults.links?.first?.url)
            #expect(url.hasPrefix("/d/apus-notifications-instance?"))
            #expect(url.hasSuffix("&var-instance=${__field.labels.instance}"))
        }
        let queue = try #require(overview.panels.first { $0.title == "Queue depth" }?.links?.first?.url)
        #expect(queue.hasPrefix("/d/apus-notifications-queue?"))
        // All but the overview and those that only the list of dashboards leads to.
        let linked = Set(
            dashboards.flatMap(\.allPanels).flatMap { ($0.links ?? []) + ($0.fieldConfig?.defaults.links ?? []) }.compactMap {
                $0.url.map { String($0.trimmingPrefix("/d/apus-notifications-").prefix { $0 != "?" }) }
            })
        #expect(
            linked == ["api", "database", "deliveries", "hosts", "instance", "journal", "load-balancer", "objectives", "queue"])
    }

    @Test func `have legal uids that differ however long the fleet's name is`() throws {
        let fleets = ["a", "b"].map { last in
            Fleet(String(repeating: "a", count: 62) + last) {
                FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            }
        }
        let uids = try fleets.flatMap { try Self.documents(of: $0) }.map(\.uid)
        #expect(uids.allSatisfy { $0.wholeMatch(of: /[A-Za-z0-9_-]{1,40}/) != nil })
        #expect(Set(uids).count == uids.count && uids.count == 10)
    }
}
