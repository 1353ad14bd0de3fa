import ApusDashboards
import ApusFiles
import ApusPromQL
import ApusTopology
import Foundation
import GeneratorTesting
import HostTesting
import MonitoringPacks
import NotificationFleet
import NotificationPack
import Testing

@Suite struct `Dashboards of deliveries` {
    private func names(_ fleet: Fleet) throws -> [String] {
        try fleet.dashboardFiles().map { $0.path.replacing("dashboards/", with: "").replacing(".json", with: "") }
    }

    @Test(arguments: DeliveringFleets.all) func `hold what every dashboard holds`(fleet: Fleet) throws {
        try DashboardExpectations.panelsAreTheirOwn(of: fleet)
        try DashboardExpectations.panelsLieSideBySide(of: fleet)
        try DashboardExpectations.thresholdsRise(of: fleet)
        try DashboardExpectations.variablesOfOneNameAreOfOneProgram(of: fleet)
    }

    @Test(arguments: DeliveringFleets.all) func `ask what every dashboard may ask`(fleet: Fleet) throws {
        try DashboardExpectations.queriesAskForWhatIsDeclared(of: fleet)
        try DashboardExpectations.selectorsAreNarrowed(of: fleet)
        try DashboardExpectations.queriesPassTheChecker(of: fleet)
    }

    @Test(arguments: DeliveringFleets.all) func `ask for what the fleet has, and for nothing else`(fleet: Fleet) throws {
        try DashboardExpectations.panelsAskForWhatThereIs(of: fleet, packsAbout: .deliveries)
    }

    @Test(arguments: [FleetEnvironment.development, .production])
    func `have queries, annotations and variables that Prometheus takes`(environment: FleetEnvironment) throws {
        #expect(try DashboardExpectations.queriesPassPromtool(of: notificationFleet().varied(for: environment)) > 150)
    }

    @Test(arguments: DashboardSchema.allCases) func `keep the published schema`(schema: DashboardSchema) throws {
        let documents = try DeliveringFleets.all.flatMap { try $0.dashboardFiles(schema: schema) }.map(\.contents)
        let verdict = try PublishedSchema.judge(documents)
        #expect(verdict.status == 0, "\(verdict.text)")
    }

    @Test func `are those of what the fleet has`() throws {
        let everything = [
            "agent", "api", "cache", "database", "deliveries", "fleet-overview", "hosts", "instance", "journal",
            "load-balancer", "objectives", "queue",
        ]
        let servers: Set = ["cache", "hosts", "journal", "load-balancer"]
        #expect(try names(DeliveringFleets.production) == everything)
        #expect(try names(notificationFleet()) == everything.filter { !servers.contains($0) })
        let delivering = Fleet("two") {
            FleetService("worker", role: .worker, records: [.deliveries]) { Instance("worker-1", metricsPort: 9091) }
            NotificationPack()
        }
        #expect(try names(delivering) == ["agent", "deliveries", "fleet-overview", "instance", "journal", "queue"])
    }

    @Test func `lead from each process to its own dashboard`() throws {
        let dashboards = try DashboardExpectations.own(of: DeliveringFleets.production)
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

    @Test func `show nothing of a pack that the fleet leaves out, and lead to none of its dashboards`() throws {
        let fleet = Fleet("part") {
            FleetService("worker", role: .worker, records: [.pool, .deliveries]) { Instance("worker-1", metricsPort: 9091) }
            Broker("rabbitmq", queues: [BrokerQueue("notifications", consumers: "worker")])
            NotificationPack()
            StandardPacks(without: .brokers, .processes)
        }
        let dashboards = try DashboardExpectations.own(of: fleet)
        let panels = dashboards.flatMap(\.allPanels)
        let names = try panels.flatMap { $0.targets ?? [] }.flatMap { try Queries.metricNames(inPanel: $0.expr) }
        #expect(names.filter { $0.hasPrefix("rabbitmq_") } == [])
        #expect(dashboards.flatMap(\.templating.list).compactMap(\.definition).filter { $0.contains("rabbitmq_") } == [])
        let uids = Set(dashboards.map(\.uid))
        let links = panels.flatMap { ($0.links ?? []) + ($0.fieldConfig?.defaults.links ?? []) }.compactMap(\.url)
        #expect(!links.isEmpty)
        for link in links where link.hasPrefix("/d/") {
            let uid = String(link.dropFirst(3).prefix { $0 != "?" })
            #expect(uids.contains(uid), "\(link)")
        }
    }

    @Test(arguments: DeliveringFleets.all) func `draw the limits of the alerts`(fleet: Fleet) throws {
        try DashboardExpectations.linesAreTheAlerts(of: fleet)
    }

    @Test func `draw all limits that the pack declares`() throws {
        let fleet = Fleet("limits") {
            FleetService("worker", role: .worker, records: [.pool, .deliveries]) { Instance("worker-1", metricsPort: 9091) }
            NotificationPack()
            Thresholds(
                .queueDepth(9001, .high), .queueAge(.seconds(301), .high), .errorRatio(0.02, .critical),
                .deliveryLatency(.seconds(6), .medium), .lostLeases(0.03, .medium), .throughput(0.83, .medium))
        }
        let drawn = Set(try DashboardExpectations.lines(of: fleet).map(\.value))
        #expect(Set([9001, 301, 0.02, 6, 0.03, 0.83]).subtracting(drawn) == [])
    }

    /// What a panel draws a limit for is what the alert with that limit compares.
    @Test(arguments: [
        ("CacheMemoryNearLimit", "cache", "Memory in use"), ("FewDescriptorsLeft", "instance", "Share of descriptors"),
        ("PoolExhausted", "database", "Use of pools"), ("DatabaseConnectionsNearLimit", "database", "Use of connections"),
        ("DiskAlmostFull", "hosts", "Free space"), ("FewInodes", "hosts", "Free inodes"),
        ("TooManyRestarts", "instance", "Starts"), ("CertificateExpires", "load-balancer", "Certificate"),
    ])
    func `are on panels that ask what the alert asks`(alert: String, dashboard: String, panel: String) throws {
        let fleet = DeliveringFleets.production
        let rule = try #require(try RuleDocument.alerts(of: fleet).first { $0.alert == alert })
        let file = try #require(try fleet.dashboardFiles().first { $0.path == "dashboards/\(dashboard).json" })
        let document = try JSONDecoder().decode(DashboardDocument.self, from: Data(file.contents.utf8))
        let expression = try #require(document.allPanels.first { $0.title == panel }?.targets?.first?.expr)
        // Panels are narrowed to what is chosen on top of their dashboard.
        let everything = expression.replacing(/(, )?[a-z]+=~"\$[a-z]+"/, with: "").replacing("{, ", with: "{")
            .replacing("{}", with: "")
        let asked = try PromQLExpression(parsing: everything)
        // Of several arms the alert compares each by itself; a 0 where there is nothing is the panel's own.
        func arms(_ asked: PromQLExpression) -> [PromQLExpression] {
            if case .binary(.or, _, let left, let right) = asked.form { arms(left) + arms(right) } else { [asked] }
        }
        for arm in arms(asked) where !arm.description.hasSuffix(" * 0") {
            #expect(rule.expr.contains(arm.description), "\(arm)")
        }
    }
}
