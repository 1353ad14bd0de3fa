public import ApusMetrics

/// A program that serves metrics of something, and what of them is declared here.
public struct Exporter: Sendable {
    /// As its project calls it.
    public let name: String
    /// That its families were read from, and that tests hold them against; others may differ.
    public let version: String
    /// Its families, in parts with titles.
    public let subsystems: [(title: String, families: [MetricFamily])]

    /// All families of its parts.
    public var families: [MetricFamily] { subsystems.flatMap(\.families) }
}
