import ApusFiles
import ApusTopology
import Foundation
import HostTesting
import MonitoringPacks
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
            cpuPercent: .init(71, .medium), memory: .init(.bytes(500_000_001), .high),
            heapGrowth: .init(.bytes(60_000_001), .medium), restarts: .init(7, .high), queueDepth: .init(9001, .high),
            queueAge: .init(.seconds(301), .high), errorRatio: .init(0.02, .critical),
            deliveryLatency: .init(.seconds(6), .medium), lostLeases: .init(0.03, .medium),
            requestErrorRatio: .init(0.04, .critical), requestLatency: .init(.milliseconds(501), .high),
            connections: .init(51, .high), poolUse: .init(0.81, .high), databaseConnections: .init(0.82, .high),
            cacheMemory: .init(0.83, .medium), brokerDepth: .init(9002, .high),
            certificateExpiry: .init(.seconds(1_200_001), .high), freeDisk: .init(0.11, .high),
            memoryPressure: .init(0.12, .medium))
        let fleet = Fleet("limits") {
            FleetService("api", role: .api) { Instance("api-1", port: 3001, metricsPort: 9101) }
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            thresholds
            Database("postgres", exporterPort: 9187)
            Broker("rabbitmq", queues: [BrokerQueue("notifications", consumers: "worker")])
            Cache("redis")
            LoadBalancer(service: "api", certificate: Certificate(certificatePath: "/c.pem", keyPath: "/k.pem"))
            HostMonitoring()
        }
        let drawn = Set(try lines(fleet).map(\.value))
        let declared: [Double] = [
            71, 500_000_001, 60_000_001, 7, 9001, 301, 0.02, 6, 0.03, 0.04, 0.501, 51, 0.81, 0.82, 0.83, 9002, 1_200_001, 0.11,
            0.12,
        ]
        #expect(Set(declared).subtracting(drawn) == [])
    }
}
