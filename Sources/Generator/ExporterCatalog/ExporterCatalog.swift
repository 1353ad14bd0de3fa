public import ApusMetrics

/// What exporters serve that fleets run beside their services, declared as the product's own metrics are.
///
/// Names, types and labels are the exporters' own, and do not keep this product's rules: there are counters without `_total`,
/// and milliseconds. Of what an exporter serves as `untyped`, what rises only is declared as a counter and the rest as gauges;
/// facts whose value is always 1 are gauges, so that they can be joined.
public enum ExporterCatalog {
    /// The exporters, each program once.
    public static let exporters = [
        NodeExporter.exporter, PostgresExporter.exporter, PgBouncerExporter.exporter, RedisExporter.exporter,
        RabbitMQPlugin.exporter, NginxExporter.exporter, BlackboxExporter.exporter, PrometheusServer.exporter,
        AlertmanagerServer.exporter,
    ]

    /// All families by exporter and part; a title names both.
    public static var subsystems: [(title: String, families: [MetricFamily])] {
        exporters.flatMap { exporter in
            exporter.subsystems.map { ("\(exporter.name) \(exporter.version): \($0.title)", $0.families) }
        }
    }

    /// Every family of every exporter.
    public static var families: [MetricFamily] { exporters.flatMap(\.families) }

    /// The exporter that a family is declared for.
    public static func exporter(of family: MetricFamily) -> Exporter? {
        exporters.first { $0.families.contains(family) }
    }
}

/// A program that serves metrics of something, and what of them is declared here.
public struct Exporter: Sendable {
    /// The name that its project gives it.
    public let name: String
    /// The version from which its families were read, and with which tests compare them; others may differ.
    public let version: String
    /// The families, in parts with titles.
    public let subsystems: [(title: String, families: [MetricFamily])]

    /// All families of its parts.
    public var families: [MetricFamily] { subsystems.flatMap(\.families) }
}
