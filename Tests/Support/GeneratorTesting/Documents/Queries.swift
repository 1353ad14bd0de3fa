import AgentMetrics
import ApusFiles
import ApusGenerator
package import ApusMetrics
package import ApusPromQL
package import ApusTopology
import ExporterCatalog
import Yams

/// Names in the text of a query.
package enum Queries {
    /// The names that the selectors of a panel's query ask for.
    package static func metricNames(inPanel query: String) throws -> [String] {
        try PromQLExpression(parsing: query, dialect: .grafana).metricNames
    }

    /// The names of variables: `$NAME`.
    package static func variables(in query: String) -> Set<String> {
        Set(query.matches(of: /\$([a-zA-Z_]+)/).map { String($0.1) })
    }

    /// The names of all series that a fleet has: its services', the agents', the exporters' and Prometheus' own.
    package static func declaredNames(of fleet: Fleet) -> Set<String> {
        Set(
            families(of: fleet).flatMap { family in
                family.kind == .histogram ? ["_bucket", "_sum", "_count"].map { family.name + $0 } : [family.name]
            })
    }

    /// What the fleet's services record, besides what agents and reporters serve for any.
    package static func recordedFamilies(of fleet: Fleet) -> [MetricFamily] {
        fleet.services.reduce(into: Set<RecordedMetrics>()) { $0.formUnion($1.records) }.flatMap(\.families)
    }

    private static func families(of fleet: Fleet) -> [MetricFamily] {
        // The samples ask for the shop's.
        let own = recordedFamilies(of: fleet) + ShopMetrics.families
        let others =
            MetricCatalog.families + ExporterCatalog.families + [ScrapeMetrics.up.family, ScrapeMetrics.duration.family]
        let known = Set(others.map(\.name))
        return others + own.filter { !known.contains($0.name) }
    }

    /// The names under which the rules of a fleet record something.
    package static func recordedNames(of fleet: Fleet) throws -> Set<String> { Set(try recordings(of: fleet).map(\.name)) }

    /// All of these series, for the checker of expressions.
    package static func declarations(of fleet: Fleet) throws -> SeriesDeclarations {
        var declarations = SeriesDeclarations(families(of: fleet))
        for family in MetricCatalog.families(of: .probe) {
            declarations.declare(family.name, kind: family.kind, labels: family.labelNames, optional: ["name"])
        }
        declarations.declare(recordings: try recordings(of: fleet))
        return declarations
    }

    private static func recordings(of fleet: Fleet) throws -> [RecordedSeries] {
        try rules(of: fleet).compactMap { rule in
            try rule.record.map { name in
                RecordedSeries(name: name, expression: try PromQLExpression(parsing: rule.expr), labels: rule.labels ?? [:])
            }
        }
    }

    /// The numbers that the alerts of a fleet compare with, without their signs.
    package static func limits(of fleet: Fleet) throws -> Set<Double> {
        Set(
            try rules(of: fleet).filter { $0.alert != nil }.flatMap { rule in
                rule.expr.matches(of: /[<>=]=? -?([0-9.e+]+)/).compactMap { Double($0.1) }
            })
    }

    private static func rules(of fleet: Fleet) throws -> [Rule] {
        try FileKind.rules.files(for: fleet).flatMap { file in
            try YAMLDecoder().decode(Document.self, from: file.contents).groups.flatMap(\.rules)
        }
    }

    private struct Document: Decodable {
        let groups: [Group]
    }

    private struct Group: Decodable {
        let rules: [Rule]
    }

    private struct Rule: Decodable {
        let record: String?
        let alert: String?
        let expr: String
        let labels: [String: String]?
    }
}
