import AgentMetrics
import ApusDashboards
import ApusFiles
import ApusMetrics
import ApusPromQL
import MonitoringPacks
import NotificationPack
import ApusTopology
import Foundation
import HostTesting
import NotificationFleet
import Testing

/// Lines of panels and numbers of alerts: the same.
@Suite struct `Limits on dashboards` {
    private struct Line {
        let panel: String
        let value: Double
    }

    private func lines(_ fleet: Fleet) throws -> [Line] {
        try fleet.dashboardFiles().flatMap { file in
            try JSONDecoder().decode(DashboardDocument.self, from: Data(file.contents.utf8)).allPanels.flatMap { panel in
                (panel.fieldConfig?.defaults.thresholds?.steps ?? []).compactMap(\.value).map {
                    Line(panel: panel.title, value: abs($0))
                }
            }
        }
    }

    private func rounded(_ value: Double) -> Double { (value * 1e9).rounded() / 1e9 }

    @Test(arguments: FleetShapes.all + FleetShapes.environments)
    func `are those of the alerts`(fleet: Fleet) throws {
        let limits = Set(try Queries.limits(of: fleet).map(rounded))
        #expect(limits.count > 5)
        let budgets = Dictionary(uniqueKeysWithValues: fleet.objectives.map { ($0.name, 1 - $0.target) })
        let targets = Set(fleet.objectives.map(\.target))
        for line in try lines(fleet) {
            // Words that name what no alert compares with: how many workers are declared, an empty budget, an objective.
            if line.panel == "Active workers" { continue }
            if line.panel == "Error budgets" || line.panel.hasPrefix("Budget ") {
                #expect(line.value == 0)
            } else if line.panel.hasPrefix("Attained: ") {
                #expect(targets.contains(line.value))
            } else if line.panel.hasPrefix("Burn rate: ") {
                let budget = try #require(budgets[String(line.panel.trimmingPrefix("Burn rate: "))])
                #expect(limits.contains(rounded(line.value * budget)), "\(line)")
            } else {
                #expect(limits.contains(rounded(line.value)) || limits.contains(rounded(1 - line.value)), "\(line)")
            }
        }
    }

    @Test func `are all that the fleet declares`() throws {
        let thresholds = Thresholds(
            .cpuPercent(71, .medium), .memory(.bytes(500_000_001), .high),
            .heapGrowth(.bytes(60_000_001), .medium), .restarts(7, .high), .queueDepth(9001, .high),
            .queueAge(.seconds(301), .high), .errorRatio(0.02, .critical),
            .deliveryLatency(.seconds(6), .medium), .lostLeases(0.03, .medium),
            .requestErrorRatio(0.04, .critical), .requestLatency(.milliseconds(501), .high),
            .throughput(0.83, .medium), .descriptorUse(0.84), .poolWait(.milliseconds(101)),
            .transactionDuration(.seconds(901)), .transactionAge(900_000_001), .slotLag(.bytes(1_000_000_003)),
            .poolerWait(.milliseconds(1001)), .freeInodes(0.06), .clockSkew(.milliseconds(51)), .journalLag(.seconds(61)),
            .connections(51, .high), .poolUse(0.81, .high), .databaseConnections(0.82, .high),
            .cacheMemory(0.83, .medium), .brokerDepth(9002, .high),
            .certificateExpiry(.seconds(1_200_001), .high), .freeDisk(0.11, .high),
            .memoryPressure(0.12, .medium))
        let fleet = Fleet("limits") {
            FleetService("api", role: .api) { Instance("api-1", port: 3001, metricsPort: 9101) }
            FleetService("worker", role: .worker, records: [.pool, .deliveries]) { Instance("worker-1", metricsPort: 9091) }
            NotificationPack()
            thresholds
            Database("postgres", pooler: Pooler(), exporterPort: 9187)
            Broker("rabbitmq", queues: [BrokerQueue("notifications", consumers: "worker")])
            Cache("redis")
            LoadBalancer(service: "api", certificate: Certificate(certificatePath: "/c.pem", keyPath: "/k.pem"))
            HostMonitoring()
        }
        let drawn = Set(try lines(fleet).map(\.value))
        let declared: [Double] = [
            0.83, 0.84, 0.101, 901, 900_000_001, 1_000_000_003, 1.001, 0.06, 0.051, 61, 71, 500_000_001, 60_000_001, 7, 9001,
            301, 0.02, 6, 0.03, 0.04, 0.501, 51, 0.81, 0.82, 0.83, 9002, 1_200_001, 0.11,
            0.12,
        ]
        #expect(Set(declared).subtracting(drawn) == [])
    }

    /// An alert that compares as a test says, with a limit of 0.25.
    private func alert(_ condition: (InstantVector<SeriesKey<NoKey>>, Threshold) -> InstantVector<SeriesKey<NoKey>>) -> Alert {
        let limit = ThresholdKey.ratio("share", 0.25, .low, "share").standard
        return Alert(
            "Share", when: condition(Contract.cpuUsage.series.value, limit), threshold: limit, summary: "Text.",
            description: "Text.", runbook: Runbook(meaning: "Text.", impact: "Text.", actions: ["Look."]))
    }

    @Test func `follow from what an alert compares with, and how`() {
        #expect(PanelThresholds.limit(of: alert { $0 > $1.value }) == .most(0.25))
        #expect(PanelThresholds.limit(of: alert { $0 < $1.value }) == .least(0.25))
        #expect(PanelThresholds.limit(of: alert { ($0 > 0.5).and($0 < $1.value) }) == .least(0.25))
        #expect(PanelThresholds.limit(of: alert { ($0 < 0.5).and($0 > $1.value) }) == .most(0.25))
        let withoutLimit = Alert(
            "Up", when: Contract.cpuUsage.series.value == 0, severity: .low, summary: "Text.", description: "Text.",
            runbook: Runbook(meaning: "Text.", impact: "Text.", actions: ["Look."]))
        #expect(PanelThresholds.limit(of: withoutLimit).steps.isEmpty)
    }

    /// What a panel draws a limit for is what the alert with that limit compares.
    @Test(arguments: [
        ("CacheMemoryNearLimit", "cache", "Memory in use"), ("FewDescriptorsLeft", "instance", "Share of descriptors"),
        ("PoolExhausted", "database", "Use of pools"), ("DatabaseConnectionsNearLimit", "database", "Use of connections"),
        ("DiskAlmostFull", "hosts", "Free space"), ("FewInodes", "hosts", "Free inodes"),
        ("TooManyRestarts", "instance", "Starts"), ("CertificateExpires", "load-balancer", "Certificate"),
    ])
    func `are on panels that ask what the alert asks`(alert: String, dashboard: String, panel: String) throws {
        let fleet = notificationFleet().varied(for: .production)
        let rule = try #require(try RuleDocument.alerts(of: fleet).first { $0.alert == alert })
        let file = try #require(try fleet.dashboardFiles().first { $0.path == "dashboards/\(dashboard).json" })
        let document = try JSONDecoder().decode(DashboardDocument.self, from: Data(file.contents.utf8))
        let expression = try #require(document.allPanels.first { $0.title == panel }?.targets?.first?.expr)
        // Panels are narrowed to what is chosen on top of their dashboard.
        let everything = expression.replacing(/(, )?[a-z]+=~"\$[a-z]+"/, with: "").replacing("{, ", with: "{")
            .replacing("{}", with: "")
        let asked = try PromQLExpression(parsing: everything).description
        #expect(rule.expr.contains(asked), "\(asked)")
    }
}
