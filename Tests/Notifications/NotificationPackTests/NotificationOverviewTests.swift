import ApusTopology
import GeneratorTesting
import NotificationFleet
import Testing

@Suite struct `The fleet overview` {
    private static let fleet = notificationFleet()

    private func dashboard() throws -> DashboardDocument {
        try #require(try DashboardExpectations.own(of: Self.fleet).first { $0.uid == "apus-notifications-overview" })
    }

    @Test func `has the thirteen panels of the original`() throws {
        let panels = try dashboard().panels
        #expect(
            panels.filter { $0.type == "stat" }.map(\.title)
                == ["Total throughput", "Queue depth", "Active workers", "Success rate"])
        #expect(
            panels.filter { $0.type == "timeseries" }.map(\.title) == [
                "CPU", "Memory", "Heap", "Queue depth by state", "Database connections", "Uptime", "Throughput",
                "Success rate over time", "Delivery latency",
            ])
        #expect(panels.count == 13)
    }

    /// Links and people's copies go by them.
    @Test func `keeps the ids that its panels have had from the first`() throws {
        let ids = try dashboard().panels.map(\.id)
        #expect(ids.first == 1_130_842_252)
        #expect(ids.dropFirst().first == 1_920_981_338)
    }

    @Test func `draws all six metrics of the contract`() throws {
        let queries = try dashboard().panels.flatMap { $0.targets ?? [] }.map(\.expr)
        for name in [
            "worker_cpu_usage_percent", "worker_memory_usage_bytes", "worker_heap_usage_bytes", "database_connections_total",
            "notification_queue_depth", "worker_uptime_seconds",
        ] {
            #expect(queries.contains { $0.contains(name) }, "\(name)")
        }
    }

    @Test func `leaves no hole on the grid`() throws {
        let area = try dashboard().panels.reduce(0) { $0 + $1.gridPos.w * $1.gridPos.h }
        #expect(area == 24 * (4 + 3 * 8))
    }

    @Test(
        arguments: [
            ("CPU", 70), ("Memory", 536_870_912), ("Database connections", 50), ("Queue depth by state", 10_000),
            ("Queue depth", 10_000), ("Success rate", 0.99), ("Success rate over time", 0.99), ("Active workers", 5),
        ] as [(String, Double)])
    func `draws the alerts' thresholds`(title: String, limit: Double) throws {
        let panel = try #require(try dashboard().panels.first { $0.title == title })
        #expect(panel.fieldConfig?.defaults.thresholds?.steps.last?.value == limit)
    }
}
