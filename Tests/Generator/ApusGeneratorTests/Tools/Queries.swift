import AgentMetrics
import ApusFiles
import ApusGenerator
import ApusMetrics
import ApusPromQL
import ApusTopology
import ExporterCatalog
import NotificationMetrics
import Yams

/// Names in the text of a query.
enum Queries {
    /// The names of series before a brace or a bracket, such as `rate(NAME{…}[5m])`.
    static func seriesNames(in query: String) -> [String] {
        query.matches(of: /([a-zA-Z_:][a-zA-Z0-9_:]*)[{\[]/).map { String($0.1) }
    }

    /// The names that the selectors of a panel's query ask for.
    static func metricNames(inPanel query: String) throws -> [String] {
        try PromQLExpression(parsing: query, dialect: .grafana).metricNames
    }

    /// The names of variables: `$NAME`.
    static func variables(in query: String) -> Set<String> {
        Set(query.matches(of: /\$([a-zA-Z_]+)/).map { String($0.1) })
    }

    /// The names of all series that the product exports.
    static let catalog: Set<String> = Set(
        (MetricCatalog.families + Notifications.families).flatMap { family in
            family.kind == .histogram ? ["_bucket", "_sum", "_count"].map { family.name + $0 } : [family.name]
        })

    /// Those, the exporters' and Prometheus' own.
    static let declared: Set<String> = Set(
        families.flatMap { family in
            family.kind == .histogram ? ["_bucket", "_sum", "_count"].map { family.name + $0 } : [family.name]
        })

    private static let families =
        MetricCatalog.families + Notifications.families + ExporterCatalog.families + [
            ScrapeMetrics.up.family, ScrapeMetrics.duration.family,
        ]

    /// The names under which the rules of a fleet record something.
    static func recordedNames(of fleet: Fleet) throws -> Set<String> { Set(try recordings(of: fleet).map(\.name)) }

    /// All of these series, for the checker of expressions.
    static func declarations(of fleet: Fleet) throws -> SeriesDeclarations {
        var declarations = SeriesDeclarations(families)
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
    static func limits(of fleet: Fleet) throws -> Set<Double> {
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
