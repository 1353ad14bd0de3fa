import AgentMetrics
import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology
import GeneratorTesting
import MonitoringPacks
import Testing

/// Lines of panels and numbers of alerts: the same.
@Suite struct `Limits on dashboards` {
    @Test(arguments: FleetShapes.all + FleetShapes.environments)
    func `are those of the alerts`(fleet: Fleet) throws {
        try DashboardExpectations.linesAreTheAlerts(of: fleet)
    }

    @Test func `are all that the fleet declares`() throws {
        let thresholds = Thresholds(
            .cpuPercent(71, .medium), .memory(.bytes(500_000_001), .high),
            .heapGrowth(.bytes(60_000_001), .medium), .restarts(7, .high), .waitingOrders(9001, .high),
            .declinedPayments(0.02, .critical), .checkoutTime(.seconds(6), .medium),
            .requestErrorRatio(0.04, .critical), .requestLatency(.milliseconds(501), .high),
            .descriptorUse(0.84), .poolWait(.milliseconds(101)),
            .transactionDuration(.seconds(901)), .transactionAge(900_000_001), .slotLag(.bytes(1_000_000_003)),
            .poolerWait(.milliseconds(1001)), .freeInodes(0.06), .clockSkew(.milliseconds(51)), .journalLag(.seconds(61)),
            .connections(51, .high), .poolUse(0.81, .high), .databaseConnections(0.82, .high),
            .cacheMemory(0.83, .medium), .brokerDepth(9002, .high),
            .certificateExpiry(.seconds(1_200_001), .high), .freeDisk(0.11, .high),
            .memoryPressure(0.12, .medium))
        let fleet = Fleet("limits") {
            FleetService("api", role: .api) { Instance("api-1", port: 3001, metricsPort: 9101) }
            FleetService("worker", role: .worker, records: [.pool, .orders]) { Instance("worker-1", metricsPort: 9091) }
            ShopPack()
            thresholds
            Database("postgres", pooler: Pooler(), exporterPort: 9187)
            Broker("rabbitmq", queues: [BrokerQueue("orders", consumers: "worker")])
            Cache("redis")
            LoadBalancer(service: "api", certificate: Certificate(certificatePath: "/c.pem", keyPath: "/k.pem"))
            HostMonitoring()
        }
        let drawn = Set(try DashboardExpectations.lines(of: fleet).map(\.value))
        let declared: [Double] = [
            0.84, 0.101, 901, 900_000_001, 1_000_000_003, 1.001, 0.06, 0.051, 61, 71, 500_000_001, 60_000_001, 7, 9001,
            0.02, 6, 0.04, 0.501, 51, 0.81, 0.82, 0.83, 9002, 1_200_001, 0.11,
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
}
