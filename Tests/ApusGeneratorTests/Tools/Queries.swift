import ApusMetrics
import MetricCatalog

/// Names in the text of a query.
enum Queries {
    /// The names of series before a brace or a bracket, such as `rate(NAME{…}[5m])`.
    static func seriesNames(in query: String) -> [String] {
        query.matches(of: /([a-zA-Z_:][a-zA-Z0-9_:]*)[{\[]/).map { String($0.1) }
    }

    /// The names of variables: `$NAME`.
    static func variables(in query: String) -> Set<String> {
        Set(query.matches(of: /\$([a-zA-Z_]+)/).map { String($0.1) })
    }

    /// The names of all series that the product exports.
    static let catalog: Set<String> = Set(
        MetricCatalog.families.flatMap { family in
            family.kind == .histogram ? ["_bucket", "_sum", "_count"].map { family.name + $0 } : [family.name]
        })
}
