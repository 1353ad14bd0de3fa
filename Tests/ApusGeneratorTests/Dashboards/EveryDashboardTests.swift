import ApusGenerator
import ApusMetrics
import ApusPromQL
import ApusTopology
import Foundation
import HostTesting
import MetricCatalog
import NotificationFleet
import Testing

/// What holds for each dashboard that the generator writes, of whatever fleet.
@Suite struct `Every dashboard` {
    private static func documents(of files: [GeneratedFile]) throws -> [DashboardDocument] {
        try files.map { try JSONDecoder().decode(DashboardDocument.self, from: Data($0.contents.utf8)) }
    }

    private static func documents(of fleet: Fleet) throws -> [DashboardDocument] {
        try documents(of: FileKind.dashboards.files(for: fleet) + Dashboard.files(SampleDashboards.all))
    }

    @Test(arguments: FleetShapes.all)
    func `has ids, titles, descriptions and units, each panel its own`(fleet: Fleet) throws {
        let dashboards = try Self.documents(of: fleet)
        #expect(Set(dashboards.map(\.uid)).count == dashboards.count)
        #expect(Set(dashboards.map(\.title)).count == dashboards.count)
        for dashboard in dashboards {
            #expect(!dashboard.description.isEmpty)
            #expect(dashboard.uid.wholeMatch(of: /[A-Za-z0-9_-]{1,40}/) != nil, "\(dashboard.uid)")
            #expect(Set(dashboard.everything.map(\.id)).count == dashboard.everything.count)
            #expect(Set(dashboard.everything.map(\.title)).count == dashboard.everything.count)
            #expect(dashboard.everything.allSatisfy { (1...Int(Int32.max)).contains($0.id) && !$0.title.isEmpty })
            for panel in dashboard.allPanels {
                #expect(panel.description?.hasSuffix(".") == true, "\(panel.title)")
                #expect((panel.fieldConfig?.defaults.unit ?? "").isEmpty == (panel.type == "text"), "\(panel.title)")
            }
        }
    }

    @Test(arguments: FleetShapes.all)
    func `lies on the grid side by side`(fleet: Fleet) throws {
        for dashboard in try Self.documents(of: fleet) {
            let places = dashboard.everything.map { ($0.title, $0.gridPos) }
            for (index, (title, place)) in places.enumerated() {
                #expect(place.x >= 0 && place.y >= 0 && place.w > 0 && place.h > 0 && place.x + place.w <= 24, "\(title)")
                for (other, second) in places.dropFirst(index + 1) {
                    let apart =
                        place.x + place.w <= second.x || second.x + second.w <= place.x || place.y + place.h <= second.y
                        || second.y + second.h <= place.y
                    #expect(apart, "\(dashboard.title): \(title) and \(other) overlap")
                }
            }
        }
    }

    @Test(arguments: FleetShapes.all)
    func `has queries of the catalog only, each selector narrowed by the variables that are defined`(fleet: Fleet) throws {
        for dashboard in try Self.documents(of: fleet) {
            let defined = Set(dashboard.templating.list.map(\.name))
            #expect(defined.isSuperset(of: ["datasource", "job", "instance"]))
            for panel in dashboard.allPanels where panel.type != "text" {
                let targets = try #require(panel.targets)
                #expect(!targets.isEmpty)
                #expect(Set(targets.map(\.refId)).count == targets.count)
                #expect(panel.datasource?.type == "prometheus" && panel.datasource?.uid == "${datasource}")
                for target in targets {
                    #expect(!target.legendFormat.isEmpty && target.datasource.uid == "${datasource}")
                    let names = Queries.seriesNames(in: target.expr)
                    #expect(!names.isEmpty)
                    #expect(Queries.catalog.isSuperset(of: names), "\(panel.title): \(target.expr)")
                    #expect(Queries.variables(in: target.expr).isSubset(of: defined.union(["__rate_interval"])))
                    // The sample's panel that says why it is narrowed by less.
                    let exempt = panel.title == "Stat"
                    #expect(target.expr.matches(of: /\bjob=~"\$job"/).count == names.count, "\(target.expr)")
                    #expect(target.expr.matches(of: /\binstance=~"\$instance"/).count == (exempt ? 0 : names.count))
                }
            }
        }
    }

    @Test(arguments: FleetShapes.all)
    func `has counters and buckets under a rate only`(fleet: Fleet) throws {
        let monotonic = Set(MetricCatalog.families.filter { $0.kind != .gauge }.map(\.name))
        for query in try Self.documents(of: fleet).flatMap(\.allPanels).flatMap({ $0.targets ?? [] }).map(\.expr) {
            for match in query.matches(of: /(rate\()?([a-zA-Z_:][a-zA-Z0-9_:]*)\{[^}]*\}(\[\$__rate_interval\])?/) {
                let family = match.2.replacing("_bucket", with: "")
                #expect(monotonic.contains(String(family)) == (match.1 != nil), "\(query)")
                #expect((match.1 != nil) == (match.3 != nil), "\(query)")
            }
        }
    }

    @Test(arguments: FleetShapes.all)
    func `has thresholds that rise from null`(fleet: Fleet) throws {
        for panel in try Self.documents(of: fleet).flatMap(\.allPanels) where panel.type != "text" {
            let values = try #require(panel.fieldConfig?.defaults.thresholds).steps.map(\.value)
            #expect(values.first == .some(nil))
            let rest = values.dropFirst().compactMap(\.self)
            #expect(rest.count == values.count - 1)
            #expect(zip(rest, rest.dropFirst()).allSatisfy { $0 < $1 })
        }
    }

    @Test func `has queries, annotations and variables that Prometheus takes`() throws {
        let dashboards = try Self.documents(of: notificationFleet())
        var queries = dashboards.flatMap(\.allPanels).flatMap { $0.targets ?? [] }.map(\.expr)
        queries += dashboards.flatMap(\.annotations.list).compactMap(\.expr)
        queries += dashboards.flatMap(\.templating.list).compactMap(\.definition).map { definition in
            String(definition.trimmingPrefix("label_values(").prefix { $0 != "," })
        }.filter { !$0.contains("{") }
        let rules = queries.enumerated().map { index, query in
            let filled = query.replacing("$__rate_interval", with: "1m").replacing(/\$[a-z]+/, with: ".+")
            return "  - record: panel:\(index)\n    expr: '\(filled.replacing("'", with: "''"))'\n"
        }
        let folder = try TemporaryFolder()
        try folder.write("groups:\n- name: panels\n  rules:\n\(rules.joined())", to: "panels.yml")
        let result = try Promtool.run("check", "rules", folder.path("panels.yml"))
        #expect(result.passed, "\(result.output)")
        #expect(result.output.contains("\(rules.count) rules found"))
        #expect(rules.count > 30)
    }

    @Test(arguments: SampleDashboards.all.indices)
    func `leaves other panels as they are when one is put between them`(index: Int) throws {
        let dashboard = SampleDashboards.all[index]
        let more = Dashboard(
            dashboard.name, title: dashboard.title, description: dashboard.description, variables: dashboard.variables
        ) {
            for (index, row) in dashboard.rows.enumerated() {
                PanelRow(row.title, height: row.height, isCollapsed: row.isCollapsed, repeatedFor: row.repeated) {
                    if index == dashboard.rows.count / 2 { Panel("Inserted", markdown: "New.", width: .sixth) }
                    row.panels
                }
            }
        }
        let before = try ids(dashboard)
        var after = try ids(more)
        #expect(after.removeValue(forKey: "Inserted") != nil)
        #expect(after == before)
    }

    /// Panels' and headings' ids by their titles.
    private func ids(_ dashboard: Dashboard) throws -> [String: Int] {
        let document = try #require(
            try Self.documents(
                of: Dashboard.files(dashboard.name == "detail" ? [dashboard] : [dashboard, SampleDashboards.detail])
            )
            .first { $0.uid == dashboard.name })
        return Dictionary(uniqueKeysWithValues: document.everything.map { ($0.title, $0.id) })
    }
}
