import ApusMetrics
import ExporterCatalog
import HostTesting
import ServerTesting
import Testing

@Suite struct PostgresExporterTests {
    @Test func `a primary with a standby serves what is declared, with the catalog's own queries`() throws {
        let primary = try PostgreSQLServer()
        defer { primary.stop() }
        try primary.query("CREATE TABLE orders (id int PRIMARY KEY)")
        let standby = try primary.standby(slot: "standby")
        defer { standby.stop() }
        let folder = try TemporaryFolder()
        try folder.write(PostgresExporter.Queries.file, to: "queries.yaml")
        let exporters = try [primary, standby].map { server in
            try ExporterProcess(
                "prometheus-postgres-exporter", of: "prometheus-postgres-exporter",
                environment: ["DATA_SOURCE_NAME": "postgresql://postgres@127.0.0.1:\(server.port)/postgres?sslmode=disable"]
            ) {
                ["--web.listen-address=127.0.0.1:\($0)", "--extend.query-path=\(folder.path("queries.yaml"))"]
            }
        }
        defer { for exporter in exporters { exporter.stop() } }
        try LiveCatalog(exporter: PostgresExporter.exporter).expect { try exporters[0].scrape() }

        // A query that failed would be told by this gauge alone.
        for exporter in exporters { #expect(try exporter.scrape().contains("\npg_exporter_last_scrape_error 0\n")) }
        let values = try exporters.map { exporter in
            try ExpositionReader.samples(in: exporter.scrape()).first { $0.name == "pg_replication_is_replica" }?.value
        }
        #expect(values == [0, 1])
    }
}
