import ExporterCatalog
import ServerTesting
import Testing

@Suite struct RedisExporterTests {
    @Test func `a master and its replica serve what is declared`() throws {
        let master = try RedisServer()
        defer { master.stop() }
        let replica = try RedisServer(configuration: "save \"\"\nreplicaof 127.0.0.1 \(master.port)")
        defer { replica.stop() }
        try master.command("SET", "key", "value", "EX", "1000")
        let exporters = try [master, replica].map { server in
            try ExporterProcess("prometheus-redis-exporter", of: "prometheus-redis-exporter") {
                ["-redis.addr=redis://127.0.0.1:\(server.port)", "-web.listen-address=127.0.0.1:\($0)"]
            }
        }
        defer { for exporter in exporters { exporter.stop() } }
        // Together: each has families of replication that the other one has not.
        try LiveCatalog(exporter: RedisExporter.exporter).expect {
            try exporters.map { try $0.scrape() }.joined()
        }
    }
}
