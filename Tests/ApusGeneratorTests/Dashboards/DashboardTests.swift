import HostTesting
import ApusGenerator
import ApusMetrics
import ApusPromQL
import ApusTopology
import Foundation
import MetricCatalog
import NotificationFleet
import Testing

@Suite struct `The fleet overview` {
    private static let fleet = notificationFleet()

    private func dashboard(_ fleet: Fleet = fleet) throws -> DashboardDocument {
        let file = try #require(try FileKind.dashboards.files(for: fleet).first { $0.path == "dashboards/fleet-overview.json" })
        return try JSONDecoder().decode(DashboardDocument.self, from: Data(file.contents.utf8))
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

    @Test func `draws all six metrics of the contract`() throws {
        let queries = try dashboard().panels.flatMap(\.targets).map(\.expr)
        for name in [
            "worker_cpu_usage_percent", "worker_memory_usage_bytes", "worker_heap_usage_bytes", "database_connections_total",
            "notification_queue_depth", "worker_uptime_seconds",
        ] {
            #expect(queries.contains { $0.contains(name) }, "\(name)")
        }
    }

    @Test(arguments: FleetShapes.all)
    func `every query names only metrics of the catalog, narrowed by the variables`(fleet: Fleet) throws {
        let dashboard = try dashboard(fleet)
        let defined = Set(dashboard.templating.list.map(\.name) + ["__rate_interval"])
        #expect(defined == ["datasource", "job", "instance", "__rate_interval"])
        for panel in dashboard.panels {
            #expect(!panel.targets.isEmpty)
            for query in panel.targets.map(\.expr) {
                let names = Queries.seriesNames(in: query).filter { $0 != "by" }
                #expect(!names.isEmpty)
                #expect(Queries.catalog.isSuperset(of: names), "\(panel.title): \(query)")
                #expect(Queries.variables(in: query).isSubset(of: defined))
                #expect(query.matches(of: /job=~"\$job", instance=~"\$instance"/).count == names.count, "\(query)")
            }
        }
    }

    @Test func `Prometheus takes every query`() throws {
        let rules = try dashboard().panels.flatMap(\.targets).enumerated().map { index, target in
            let query = target.expr.replacing("$__rate_interval", with: "1m").replacing(/\$(job|instance)/, with: ".+")
            return "  - record: panel:\(index)\n    expr: '\(query.replacing("'", with: "''"))'\n"
        }
        let folder = try TemporaryFolder()
        try folder.write("groups:\n- name: panels\n  rules:\n\(rules.joined())", to: "panels.yml")
        let result = try Promtool.run("check", "rules", folder.path("panels.yml"))
        #expect(result.passed, "\(result.output)")
        #expect(result.output.contains("\(rules.count) rules found"))
        #expect(rules.count == 15)
    }

    @Test func `counters and buckets appear under a rate only`() throws {
        let monotonic = Set(MetricCatalog.families.filter { $0.kind != .gauge }.map(\.name))
        for query in try dashboard().panels.flatMap(\.targets).map(\.expr) {
            for match in query.matches(of: /(rate\()?([a-zA-Z_:][a-zA-Z0-9_:]*)\{[^}]*\}(\[\$__rate_interval\])?/) {
                let family = match.2.replacing("_bucket", with: "")
                #expect(monotonic.contains(String(family)) == (match.1 != nil), "\(query)")
                #expect((match.1 != nil) == (match.3 != nil), "\(query)")
            }
        }
    }

    @Test(arguments: FleetShapes.all)
    func `panels lie on the grid side by side`(fleet: Fleet) throws {
        var taken: Set<[Int]> = []
        for panel in try dashboard(fleet).panels {
            let place = panel.gridPos
            #expect(place.x >= 0 && place.y >= 0 && place.w > 0 && place.h > 0 && place.x + place.w <= 24, "\(panel.title)")
            for x in place.x..<(place.x + place.w) {
                for y in place.y..<(place.y + place.h) {
                    #expect(taken.insert([x, y]).inserted, "\(panel.title) overlaps at \(x), \(y)")
                }
            }
        }
        // No hole either.
        #expect(taken.count == 24 * (4 + 3 * 8))
    }

    @Test(arguments: FleetShapes.all)
    func `ids and uids are unique, within Grafana's limits, and every panel is described`(fleet: Fleet) throws {
        let dashboard = try dashboard(fleet)
        #expect(dashboard.uid == "apus-\(fleet.name)-overview")
        #expect(dashboard.uid.count <= 40)
        #expect(Set(dashboard.panels.map(\.id)).count == dashboard.panels.count)
        #expect(Set(dashboard.panels.map(\.title)).count == dashboard.panels.count)
        for panel in dashboard.panels {
            #expect(panel.id > 0 && panel.id <= Int(Int32.max))
            #expect(Set(panel.targets.map(\.refId)).count == panel.targets.count)
            #expect(panel.description.hasSuffix("."))
            #expect(!panel.fieldConfig.defaults.unit.isEmpty)
            #expect(panel.targets.allSatisfy { !$0.legendFormat.isEmpty && $0.datasource.uid == "${datasource}" })
            #expect(panel.datasource.type == "prometheus" && panel.datasource.uid == "${datasource}")
            let steps = panel.fieldConfig.defaults.thresholds.steps.map(\.value)
            #expect(steps.first == .some(nil))
            #expect(steps.dropFirst().allSatisfy { $0 != nil })
        }
    }

    @Test func `a fleet with a long name still has a legal uid`() throws {
        let name = String(repeating: "a", count: 63)
        let fleet = Fleet(name) { FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) } }
        #expect(try dashboard(fleet).uid.count == 40)
    }

    @Test(
        arguments: [
            ("CPU", 70), ("Memory", 536_870_912), ("Database connections", 50), ("Queue depth by state", 10_000),
            ("Queue depth", 10_000), ("Success rate", 0.99), ("Success rate over time", 0.99), ("Active workers", 5),
        ] as [(String, Double)])
    func `draws the alerts' thresholds`(title: String, limit: Double) throws {
        let panel = try #require(try dashboard().panels.first { $0.title == title })
        #expect(panel.fieldConfig.defaults.thresholds.steps.last?.value == limit)
    }
}
