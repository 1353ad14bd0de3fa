import AgentMetrics
import ApusDashboards
package import ApusFiles
import ApusGenerator
import ApusMetrics
import ApusPromQL
package import ApusTopology
import ExporterCatalog
import Foundation
import HostTesting
import MonitoringPacks
import Testing

/// What must hold for each dashboard that the generator writes, of whatever fleet, and for the samples.
///
/// Tests of each floor hold the fleets of that floor to it.
package enum DashboardExpectations {
    /// The dashboards of a fleet.
    package static func own(of fleet: Fleet) throws -> [DashboardDocument] { try documents(of: fleet.dashboardFiles()) }

    package static func documents(of files: [GeneratedFile]) throws -> [DashboardDocument] {
        try files.map { try JSONDecoder().decode(DashboardDocument.self, from: Data($0.contents.utf8)) }
    }

    private static func documents(of fleet: Fleet) throws -> [DashboardDocument] {
        try documents(of: FileKind.dashboards.files(for: fleet) + Dashboard.files(SampleDashboards.all))
    }

    /// Expects that each panel has an id, a title, a description and a unit, and each dashboard a title and a legal uid of its own.
    package static func panelsAreTheirOwn(of fleet: Fleet) throws {
        let dashboards = try documents(of: fleet)
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

    /// Expects that no panel covers another one and none reaches past the grid.
    package static func panelsLieSideBySide(of fleet: Fleet) throws {
        for dashboard in try documents(of: fleet) {
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

    /// Expects that queries ask for declared series by defined variables, and use all of these.
    package static func queriesAskForWhatIsDeclared(of fleet: Fleet) throws {
        let recorded = try Queries.recordedNames(of: fleet)
        let declared = Queries.declaredNames(of: fleet)
        for dashboard in try documents(of: fleet) {
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
                    #expect(declared.union(recorded).isSuperset(of: names), "\(panel.title): \(target.expr)")
                    #expect(Queries.variables(in: target.expr).isSubset(of: defined.union(["__rate_interval"])))
                    used.formUnion(Queries.variables(in: target.expr))
                }
            }
            if dashboard.uid != "everything" { #expect(defined.subtracting(used) == [], "\(dashboard.title)") }
        }
    }

    /// Expects that each selector of a dashboard of one program is narrowed by all variables, whose labels all of its series have.
    package static func selectorsAreNarrowed(of fleet: Fleet) throws {
        for dashboard in try documents(of: fleet) {
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

    /// Expects that the checker of expressions finds nothing in a query.
    ///
    /// It would find counters and buckets without a rate, rates of gauges, labels that are not there, joins that find nobody, and
    /// unguarded divisions.
    package static func queriesPassTheChecker(of fleet: Fleet) throws {
        let declarations = try Queries.declarations(of: fleet)
        for dashboard in try documents(of: fleet) {
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

    /// Expects thresholds that rise from null.
    package static func thresholdsRise(of fleet: Fleet) throws {
        for panel in try documents(of: fleet).flatMap(\.allPanels) where panel.type != "text" {
            let values = try #require(panel.fieldConfig?.defaults.thresholds).steps.map(\.value)
            #expect(values.first == .some(nil))
            let rest = values.dropFirst().compactMap(\.self)
            #expect(rest.count == values.count - 1)
            #expect(zip(rest, rest.dropFirst()).allSatisfy { $0 < $1 })
        }
    }

    /// Expects that Prometheus takes all queries, annotations and variables.
    ///
    /// - Returns: how many there are.
    package static func queriesPassPromtool(of fleet: Fleet) throws -> Int {
        let dashboards = try documents(of: fleet)
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
        return rules.count
    }

    /// Expects the lines of panels to be the numbers that the fleet's alerts compare with.
    package static func linesAreTheAlerts(of fleet: Fleet) throws {
        let limits = Set(try Queries.limits(of: fleet).map(rounded))
        #expect(limits.count > 5)
        let budgets = Dictionary(uniqueKeysWithValues: fleet.objectives.map { ($0.name, 1 - $0.target) })
        let targets = Set(fleet.objectives.map(\.target))
        for line in try lines(of: fleet) {
            // Words that name what no alert compares with: how many processes are declared, an empty budget, an objective.
            if ["Active workers", "Instances"].contains(line.panel) { continue }
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

    /// Expects panels to ask for what the fleet has, and for nothing that it lacks.
    ///
    /// - Parameter group: what a pack of the fleet's floor is about.
    package static func panelsAskForWhatThereIs(
        of fleet: Fleet, packsAbout group: RecordedMetrics = .orders
    ) throws {
        let names = Set(
            try own(of: fleet).filter { !$0.uid.hasSuffix("overview") }.flatMap(\.allPanels)
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
        #expect(shows(group.families) == records.contains(group))
        #expect(shows([Contract.databaseConnections.family]) == (records.contains(.pool) || records.contains(.connections)))
        #expect(shows(ServiceScrape.families) == fleet.services.contains { $0.page != nil })
        #expect(shows(Probe.families) == !fleet.probes.isEmpty)
        #expect(shows(ProbedFiles.families) == fleet.probes.contains { $0.target.kind == .file })
        #expect(shows(ServiceSockets.families) == (fleet.agents.socketBudget != nil))
        #expect(
            shows(AgentMetrics.Host.families)
                == (isUnderSystemd && fleet.hostMonitoring == nil && fleet.agents.placement == .perHost))
        for (family, type) in [
            (Units.timerMissed.family, "timer"), (Units.socketRefused.family, "socket"), (Units.mount.family, "mount"),
        ] {
            #expect(shows([family]) == (isUnderSystemd && fleet.hostUnits?.mayHave(type) == true))
        }
        #expect(names.contains { $0.hasPrefix("objective:") } == !fleet.objectives.isEmpty)
    }

    /// Expects variables of one name to have the values of one program.
    ///
    /// What is chosen goes along from one dashboard to another by the names of variables.
    package static func variablesOfOneNameAreOfOneProgram(of fleet: Fleet) throws {
        let names = Set(
            (MetricCatalog.families + Queries.recordedFamilies(of: fleet)).flatMap { [$0.name, "\($0.name)_count"] })
        for variable in try own(of: fleet).flatMap(\.templating.list) {
            guard ["job", "service", "instance"].contains(variable.name) else { continue }
            let definition = try #require(variable.definition)
            let series = definition.trimmingPrefix("label_values(").prefix { !"{,".contains($0) }
            #expect(names.contains(String(series)), "\(definition)")
        }
    }

    /// A line on a panel.
    package struct Line {
        package let panel: String
        package let value: Double
    }

    /// The lines on the panels of a fleet.
    package static func lines(of fleet: Fleet) throws -> [Line] {
        try own(of: fleet).flatMap(\.allPanels).flatMap { panel in
            (panel.fieldConfig?.defaults.thresholds?.steps ?? []).compactMap(\.value).map {
                Line(panel: panel.title, value: abs($0))
            }
        }
    }

    private static func rounded(_ value: Double) -> Double { (value * 1e9).rounded() / 1e9 }
}
