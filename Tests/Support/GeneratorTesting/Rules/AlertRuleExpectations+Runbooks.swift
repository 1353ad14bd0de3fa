import AgentMetrics
import ApusFiles
import ApusGenerator
import ApusMetrics
import ApusPromQL
package import ApusTopology
import ExporterCatalog
import Testing

/// What runbooks speak of: only what their fleet has.
extension AlertRuleExpectations {
    /// Expects the runbooks of a fleet to name no alert of other fleets alone, and no metric that nobody serves in it.
    ///
    /// - Parameter alerts: the names of all alerts that there are in some fleet.
    package static func runbooksSpeakOfTheFleet(_ fleet: Fleet, of alerts: Set<String>) throws {
        let own = Set(try RuleDocument.alerts(of: fleet).map(\.name))
        let unserved = ServedFamilies(fleet).unserved
        let pages = try FileKind.runbooks.files(for: fleet).filter { !$0.path.hasSuffix("/README.md") }
        #expect(pages.count == own.count)
        for page in pages {
            let named = alertNames(in: page.contents)
            #expect(named.intersection(alerts).subtracting(own) == [], "\(fleet.name): \(page.path)")
            let metrics = Set(page.contents.matches(of: /[a-z][a-z0-9]*(?:_[a-z0-9]+)+/).map { String($0.0) })
            let parts = ["_bucket", "_count", "_sum"]
            let families = metrics.union(
                metrics.compactMap { name in parts.first(where: name.hasSuffix).map { String(name.dropLast($0.count)) } })
            #expect(families.intersection(unserved) == [], "\(fleet.name): \(page.path)")
        }
    }

    /// The words of a text that have the form of an alert's name.
    package static func alertNames(in text: String) -> Set<String> {
        Set(text.matches(of: /\b[A-Z][A-Za-z]*[a-z][A-Za-z]*\b/).map { String($0.0) })
    }
}

/// The families that nobody serves in a fleet, as far as they are known.
private struct ServedFamilies {
    let unserved: Set<String>

    init(_ fleet: Fleet) {
        let records = fleet.services.reduce(into: Set<RecordedMetrics>()) { $0.formUnion($1.records) }
        // Pools say how many connections they have, under both names.
        let ofPools = records.contains(.pool) ? RecordedMetrics.connections.families : []
        let recorded = Set((records.flatMap(\.families) + ofPools).map(\.name))
        let bySegment = fleet.reportsBySegment
        let ofReporter = Scheduling.families + [ServiceProcess.heap.family]
        let groups = [RecordedMetrics.requests, .pool, .connections, .heap, .eventLoopLag].flatMap(\.families)
        let isUnderSystemd = fleet.environment != .development
        let isPaged = fleet.services.contains { $0.page != nil }
        var absent: [[MetricFamily]] = []
        func served(_ families: [MetricFamily], _ isServed: Bool) { if !isServed { absent.append(families) } }
        served(
            (groups + ofReporter).filter { family in
                !recorded.contains(family.name) && !(bySegment && ofReporter.contains { $0.name == family.name })
            }, false)
        served(
            [
                ServiceState.hung.family, ServiceState.heartbeatAge.family, ServiceState.droppedSeries.family,
                ServiceState.droppedFamilySeries.family, ServiceProcess.childrenCPU.family,
            ], bySegment)
        served([ServiceState.reports.family, ServiceState.reportAge.family], fleet.reportsOverHTTP || isPaged)
        served(ServiceScrape.families, isPaged)
        served(ServiceProcesses.families, fleet.watchedServices.contains { $0.found?.matches.isEmpty != true })
        served(Probe.families, !fleet.probes.isEmpty)
        served(ProbedFiles.families, fleet.probes.contains { $0.target.kind == .file })
        served(ServiceSockets.families, fleet.agents.socketBudget != nil)
        served(
            Journal.families + JournalUnits.families + JournalFollowing.families + Units.families
                + ServiceControlGroup.families, isUnderSystemd)
        served(
            AgentMetrics.Host.families,
            isUnderSystemd && fleet.hostMonitoring == nil && fleet.agents.placement == .perHost)
        served(PostgresExporter.exporter.families, !fleet.databases.isEmpty)
        served(PgBouncerExporter.exporter.families, fleet.databases.contains { $0.pooler != nil })
        served(RabbitMQPlugin.exporter.families, !fleet.brokers.isEmpty)
        served(RedisExporter.exporter.families, !fleet.caches.isEmpty)
        served(NginxExporter.exporter.families, !fleet.loadBalancers.isEmpty)
        served(NodeExporter.exporter.families, fleet.hostMonitoring != nil)
        served(AlertmanagerServer.exporter.families, fleet.declaresRouting)
        // Exporters have names of their own programs that others serve, too.
        unserved = Set(absent.joined().map(\.name).filter { !$0.hasPrefix("process_") })
    }
}
