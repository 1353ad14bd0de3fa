import ApusMetrics
import ExporterCatalog
import HostTesting
import Testing

/// Declared families against what a running exporter serves.
struct LiveCatalog {
    let exporter: Exporter
    /// Titles of the parts that this target is for; all of the exporter's by default.
    var parts: Set<String>?
    /// Families that this target need not have, each with the condition that it lacks.
    var absent: [String: String] = [:]

    private var families: [MetricFamily] {
        exporter.subsystems.filter { parts?.contains($0.title) ?? true }.flatMap(\.families)
    }

    /// Scrapes until nothing contradicts the declarations, for what appears only some time after the start; what contradicts them
    /// still in the end fails the test.
    func expect(from exposition: () throws -> String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        var found: [CatalogDifference] = []
        var text = ""
        var live = try ExpositionSummary(parsing: text)
        _ = try comesTrue(within: .seconds(30)) {
            text = try exposition()
            live = try ExpositionSummary(parsing: text)
            found = CatalogComparison(declared: families, live: live).contradictions.filter { !isExpected($0) }
            return found.isEmpty
        }
        #expect(found.isEmpty, "\(found)", sourceLocation: sourceLocation)
        // Debian adds its own revision to some versions.
        let builds = try ExpositionReader.samples(in: text).filter { $0.name.hasSuffix("_build_info") }.map(\.series)
        let told = builds.filter { line in ["\"", "-", "+"].contains { line.contains("version=\"\(exporter.version)\($0)") } }
        #expect(!told.isEmpty && told == builds, "\(exporter.version): \(builds)", sourceLocation: sourceLocation)
        let names = Set(families.map(\.name))
        #expect(!names.isEmpty, sourceLocation: sourceLocation)
        #expect(Set(absent.keys).subtracting(names).isEmpty, "declared no longer", sourceLocation: sourceLocation)
        // An exporter that says untyped of something new is to be looked at: is it a counter or a gauge?
        let untyped = live.families.filter { $0.kind == .untyped && names.contains($0.name) }.map(\.name)
        #expect(Set(untyped).subtracting(Self.untyped).isEmpty, sourceLocation: sourceLocation)
    }

    private func isExpected(_ difference: CatalogDifference) -> Bool {
        switch difference {
        case .missing(let name), .withoutSamples(let name): absent[name] != nil
        case .undeclared, .wrongType, .missingLabels, .extraLabels: false
        }
    }

    /// What the exporters of Debian 12 serve without a type.
    private static let untyped: Set<String> = Set(
        [
            NodeExporter.Memory.majorFaults, NodeExporter.Memory.swappedIn, NodeExporter.Memory.swappedOut,
            NodeExporter.Memory.oomKills, NodeExporter.Network.segmentsSent, NodeExporter.Network.segmentsRetransmitted,
            NodeExporter.Network.listenOverflows, NodeExporter.Network.listenDrops,
        ].map(\.name)
            + [
                PostgresExporter.Database.activeTime, PostgresExporter.Database.idleInTransactionTime,
                PostgresExporter.Database.sessions, PostgresExporter.Database.sessionsAbandoned,
                PostgresExporter.Database.sessionsFailed, PostgresExporter.Database.checksumFailures,
            ].map(\.name)
            + [
                NodeExporter.Network.establishedConnections, RabbitMQPlugin.Node.memoryAlarm, RabbitMQPlugin.Node.diskAlarm,
                RabbitMQPlugin.Node.fileAlarm,
            ].map(\.name)
            + [
                PostgresExporter.Server.version.name, RabbitMQPlugin.Node.build.name, RabbitMQPlugin.Node.identity.name,
            ])
}
