import ApusMetrics
import ExporterCatalog
import HostTesting
import Testing

/// Declared families against what a running exporter serves.
struct LiveCatalog {
    let families: [MetricFamily]
    /// Families that this target need not have, each with the condition that it lacks.
    var absent: [String: String] = [:]

    /// Scrapes until nothing contradicts the declarations, for what appears only some time after the start; what contradicts them
    /// still in the end fails the test.
    func expect(from exposition: () throws -> String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        var found: [CatalogDifference] = []
        var live = try ExpositionSummary(parsing: "")
        _ = try BootedHost.wait(.seconds(30)) {
            live = try ExpositionSummary(parsing: exposition())
            found = CatalogComparison(declared: families, live: live).contradictions.filter { !isExpected($0) }
            return found.isEmpty
        }
        #expect(found.isEmpty, "\(found)", sourceLocation: sourceLocation)
        let names = Set(families.map(\.name))
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
