import ApusMetrics
import ExporterCatalog
import Testing

@Suite struct CatalogTests {
    @Test func `no name is declared twice, and all names and labels are legal`() {
        let names = ExporterCatalog.families.map(\.name)
        #expect(names.count > 400)
        #expect(Set(names).count == names.count)
        for family in ExporterCatalog.families {
            #expect(MetricName.isLegal(family.name))
            #expect(family.labelNames.allSatisfy { MetricName.isLegalLabel($0) })
            #expect(Set(family.labelNames).count == family.labelNames.count)
            #expect(!family.help.isEmpty)
            // A label of the target would be renamed by Prometheus to exported_….
            #expect(Set(family.labelNames).isDisjoint(with: ["job", "instance", "le", "quantile"]), "\(family.name)")
            #expect((family.kind == .histogram) == !family.buckets.isEmpty)
        }
    }

    @Test func `every family says which version of which exporter it was read from`() throws {
        for family in ExporterCatalog.families {
            let exporter = try #require(ExporterCatalog.exporter(of: family))
            #expect(exporter.version.split(separator: ".").count == 3)
        }
        #expect(ExporterCatalog.exporter(of: RedisExporter.Keys.hits.family)?.name == "redis_exporter")
        #expect(ExporterCatalog.exporter(of: Gauge<NoLabels>("up", "Not an exporter's.").family) == nil)
        #expect(ExporterCatalog.subsystems.flatMap(\.families) == ExporterCatalog.families)
    }

    @Test func `names keep their exporters' ways, not the rules of this product`() {
        #expect(NginxExporter.Status.accepted.name == "nginx_connections_accepted")
        #expect(NginxExporter.Status.accepted.family.kind == .counter)
        #expect(NginxExporter.Status.accepted.family.faults.count == 1)
    }
}
