import AgentMetrics
import ApusDashboards
import ApusFiles
import ApusGenerator
import ApusMetrics
import ApusPromQL
import ApusTopology
import Foundation
import HostTesting
import NotificationFleet
import Testing

/// What holds for each dashboard that the generator writes, of whatever fleet.
@Suite struct `Every dashboard` {
    private static let fleets = FleetShapes.all + FleetShapes.environments

    private static func documents(of files: [GeneratedFile]) throws -> [DashboardDocument] {
        try files.map { try JSONDecoder().decode(DashboardDocument.self, from: Data($0.contents.utf8)) }
    }

    private static func documents(of fleet: Fleet) throws -> [DashboardDocument] {
        try documents(of: FileKind.dashboards.files(for: fleet) + Dashboard.files(SampleDashboards.all))
    }

    @Test(arguments: fleets)
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

    @Test(arguments: fleets)
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

    @Test(arguments: fleets)
    func `asks for series that are declared, by variables that are defined, and uses all of these`(fleet: Fleet) throws {
        let recorded = try Queries.recordedNames(of: fleet)
        for dashboard in try Self.documents(of: fleet) {
            let defined = Set(dashboard.templating.list.map(\.name))
            #expect(defined.contains("datasource"))
            var used: Set<String> = ["datasource"]
            for panel in dashboard.allPanels where panel.type != "text" {
                let targets = try #require(panel.targets)
                #expect(!targets.isEmpty)
                #expect(Set(targets.map(\.refId)).count == targets.count)
                #expect(panel.datasource?.type == "prometheus" && panel.datasource?.uid == "${datasource}")
                for target in targets {
                    #expect(!target.legendFormat.isEmpty && target.datasource.uid == "${datasource}")
                    let names = try Queries.metricNames(inPanel: target.expr)
                    #expect(!names.isEmpty)
                    #expect(Queries.declared.union(recorded).isSuperset(of: names), "\(panel.title): \(target.expr)")
                    #expect(Queries.variables(in: target.expr).isSubset(of: defined.union(["__rate_interval"])))
                    used.formUnion(Queries.variables(in: target.expr))
                }
            }
            if dashboard.uid != "everything" { #expect(defined.subtracting(used) == [], "\(dashboard.title)") }
        }
    }

    /// A dashboard of one program, whose series all have the labels of its variables.
    @Test(arguments: fleets)
    func `narrows each selector by all that is chosen`(fleet: Fleet) throws {
        for dashboard in try Self.documents(of: fleet) {
            let variables = dashboard.templating.list.map(\.name)
            guard variables.contains("instance"), !variables.contains("database"), !variables.contains("pooler") else {
                continue
            }
            for panel in dashboard.allPanels {
                for query in (panel.targets ?? []).map(\.expr) {
                    // The sample's panel that says why it is narrowed by less.
                    let exempt = panel.title == "Stat"
                    let count = try Queries.metricNames(inPanel: query).count
                    for name in ["job", "instance"] where variables.contains(name) {
                        let narrowed = query.matches(of: try Regex(#"\b\#(name)=~"\$\#(name)""#)).count
                        #expect(narrowed == (exempt && name == "instance" ? 0 : count), "\(query)")
                    }
                }
            }
        }
    }

    /// Counters and buckets without a rate, rates of gauges, labels that are not there, joins that find nobody, unguarded divisions.
    @Test(arguments: fleets)
    func `has queries in which the checker of expressions finds nothing`(fleet: Fleet) throws {
        let declarations = try Queries.declarations(of: fleet)
        for dashboard in try Self.documents(of: fleet) {
            for panel in dashboard.allPanels {
                for query in (panel.targets ?? []).map(\.expr) {
                    let expression = try PromQLExpression(parsing: query, dialect: .grafana)
                    #expect(expression.description == query)
                    #expect(
                        expression.findings(declarations: declarations, context: .panel) == [],
                        "\(dashboard.title), \(panel.title): \(query)")
                }
            }
        }
    }

    @Test(arguments: fleets)
    func `has thresholds that rise from null`(fleet: Fleet) throws {
        for panel in try Self.documents(of: fleet).flatMap(\.allPanels) where panel.type != "text" {
            let values = try #require(panel.fieldConfig?.defaults.thresholds).steps.map(\.value)
            #expect(values.first == .some(nil))
            let rest = values.dropFirst().compactMap(\.self)
            #expect(rest.count == values.count - 1)
            #expect(zip(rest, rest.dropFirst()).allSatisfy { $0 < $1 })
        }
    }

    @Test(arguments: [FleetEnvironment.development, .production])
    func `has queries, annotations and variables that Prometheus takes`(environment: FleetEnvironment) throws {
        let dashboards = try Self.documents(of: notificationFleet().varied(for: environment))
        var queries = dashboards.flatMap(\.allPanels).flatMap { $0.targets ?? [] }.map(\.expr)
        queries += dashboards.flatMap(\.annotations.list).compactMap(\.expr)
        queries += try dashboards.flatMap(\.templating.list).compactMap(\.definition).map { definition in
            let values = try #require(try /label_values\((.*), [a-z_]+\)/.wholeMatch(in: definition))
            return String(values.1)
        }
        let rules = queries.enumerated().map { index, query in
            let filled = query.replacing("$__rate_interval", with: "1m").replacing(/\$[a-z]+/, with: ".+")
            return "  - record: panel:\(index)\n    expr: '\(filled.replacing("'", with: "''"))'\n"
        }
        let folder = try TemporaryFolder()
        try folder.write("groups:\n- name: panels\n  rules:\n\(rules.joined())", to: "panels.yml")
        let result = try Command.run("promtool", ["check", "rules", folder.path("panels.yml")])
        #expect(result.passed, "\(result.text)")
        #expect(result.text.contains("\(rules.count) rules found"))
        #expect(rules.count > 150)
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
