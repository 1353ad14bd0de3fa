import NotificationPack
import ApusFiles
import ApusGenerator
import ApusTopology
import NotificationFleet
import ExporterCatalog
import Foundation
import HostTesting
import ServerTesting

/// A production fleet with the servers around it, all real, all with the files that were generated for them, at the ports of
/// its topology.
///
/// PgBouncer is not among them: no package has its exporter.
final class ProductionStack: Sendable {
    let topology: Fleet
    /// What was generated, with the paths of a host moved into the folder.
    let folder: TemporaryFolder
    let fleet: RunningFleet
    let postgres: PostgreSQLServer
    /// Follows it through a slot; nil unless asked for.
    let standby: PostgreSQLServer?
    let redis: RedisServer
    let rabbitmq: RabbitMQServer
    let consumer: ServerProcess
    let nginx: NginxServer
    let exporters: [FleetEndpoint.Kind: ExporterProcess]
    let prometheus: Prometheus

    /// - Parameters:
    ///   - thresholds: in place of production's; nil for those.
    ///   - up: options of `apus up`.
    ///   - isReplicated: whether PostgreSQL has a standby.
    init(thresholds: Thresholds? = nil, up: [String] = [], isReplicated: Bool = false) async throws {
        let offset = try LoopbackPort.offset(of: Self.topology(offset: 0, thresholds: nil).endpoints.map(\.port))
        let topology = Self.topology(offset: offset, thresholds: thresholds)
        self.topology = topology
        let folder = try TemporaryFolder()
        self.folder = folder
        _ = try OutputFolder(path: folder.path).write(
            topology.generatedFiles(of: [.prometheus, .rules, .alertmanager, .dashboards, .nginx]))
        let database = topology.databases[0]
        // Fewer than declared, so that a few sessions take most of them.
        postgres = try PostgreSQLServer(port: database.port, settings: ["max_connections = 20"])
        try postgres.query("CREATE DATABASE \(database.database)")
        standby = isReplicated ? try postgres.standby(slot: "standby") : nil
        redis = try RedisServer(
            port: topology.caches[0].port, configuration: "save \"\"\nmaxmemory 16mb\nmaxmemory-policy allkeys-lru")
        let broker = topology.brokers[0]
        rabbitmq = try RabbitMQServer(
            port: broker.port, metricsPort: broker.metricsPort, configuration: ["collect_statistics_interval = 1000"])
        for queue in broker.queues { try Self.client(of: rabbitmq, "amqp-declare-queue", "--queue=\(queue.name)") }
        consumer = try Self.consumer(of: rabbitmq)
        fleet = try await RunningFleet(up: up, offset: offset)
        nginx = try Self.balancer(of: topology, in: folder)
        exporters = try Self.exporters(of: topology, in: folder)
        prometheus = try await Prometheus(
            configuration: folder.path("deploy/prometheus/prometheus.yml"), port: topology.scraping.prometheusPort)
    }

    /// Production as it is declared, but for receivers that nobody outside hears of, limits that faults of seconds pass, and
    /// figures that come fast.
    static func topology(offset: Int, thresholds: Thresholds?) -> Fleet {
        let declared = notifications(offset: offset)
        return Fleet(declared.name, environment: .production) {
            for part in declared.services { part }
            for part in declared.databases { part }
            for part in declared.brokers { part }
            for part in declared.caches { part }
            for part in declared.loadBalancers { part }
            for part in declared.objectives { part }
            if let part = declared.hostMonitoring { part }
            NotificationPack()
            declared.agents
            // The rules are asked twice as often as figures come, so that an alert is not late by both.
            Scraping(
                interval: declared.scraping.interval, timeout: .milliseconds(1900), evaluationInterval: .seconds(1),
                prometheusPort: declared.scraping.prometheusPort)
            declared.alerting
            thresholds ?? declared.thresholds
            declared.connections
            declared.delivery
            declared.data
            Routing(default: "team", port: declared.routing.port, groupWait: .seconds(1), groupInterval: .seconds(2)) {
                Receiver("team", .webhook(url: "http://127.0.0.1:\(8025 + offset)/alerts"))
            }
        }
    }

    // MARK: - Servers

    private static func balancer(of topology: Fleet, in folder: TemporaryFolder) throws -> NginxServer {
        guard let endpoint = topology.tlsEndpoint(of: topology.loadBalancers[0]) else { throw Failure("nginx speaks no TLS") }
        return try NginxServer(port: endpoint.port) { own in
            try certificate(validDays: 30, in: own)
            let generated = URL(filePath: folder.path("deploy/nginx"))
            let snippets = "snippets"
            try FileManager.default.copyItem(
                at: generated.appending(path: snippets), to: URL(filePath: own.path(snippets)))
            return try String(contentsOf: generated.appending(path: "nginx.conf"), encoding: .utf8)
                .replacing("/etc/apus/tls/", with: "\(own.path)/").replacing("/var/log/nginx/", with: "\(own.path)/")
                .replacing("/run/", with: "\(own.path)/")
                .replacing("\nhttp {\n", with: "\nhttp {\n\(NginxServer.temporaryPaths(in: own))\n")
        }
    }

    private static func certificate(validDays days: Int, in folder: TemporaryFolder) throws {
        try ServerTool.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "\(days)",
                "-subj", "/CN=notifications.example.org", "-keyout", folder.path("privkey.pem"), "-out",
                folder.path("fullchain.pem"),
            ], of: "openssl")
    }

    private static func exporters(
        of topology: Fleet, in folder: TemporaryFolder
    ) throws -> [FleetEndpoint.Kind: ExporterProcess] {
        let (database, cache, balancer) = (topology.databases[0], topology.caches[0], topology.loadBalancers[0])
        try PostgresExporter.Queries.file.write(toFile: folder.path("queries.yaml"), atomically: false, encoding: .utf8)
        var exporters: [FleetEndpoint.Kind: ExporterProcess] = [:]
        func start(
            _ endpoint: FleetEndpoint?, _ program: String, environment: [String: String] = [:], _ arguments: [String],
            listen: String = "--web.listen-address"
        ) throws {
            guard let endpoint else { throw Failure("the topology has no port for \(program)") }
            exporters[endpoint.kind] = try ExporterProcess(
                program, of: program, port: endpoint.port, environment: environment
            ) { arguments + ["\(listen)=127.0.0.1:\($0)"] }
        }
        try start(
            topology.exporter(of: database), "prometheus-postgres-exporter",
            environment: [
                "DATA_SOURCE_NAME":
                    "postgresql://postgres@127.0.0.1:\(database.port)/\(database.database)?sslmode=disable"
            ], ["--extend.query-path=\(folder.path("queries.yaml"))"])
        try start(
            topology.exporter(of: cache), "prometheus-redis-exporter", ["-redis.addr=redis://127.0.0.1:\(cache.port)"],
            listen: "-web.listen-address")
        try start(
            topology.exporter(of: balancer), "prometheus-nginx-exporter",
            ["-nginx.scrape-uri=http://127.0.0.1:\(balancer.statusPort)/stub_status"], listen: "-web.listen-address")
        try start(
            topology.prober(of: balancer), "prometheus-blackbox-exporter",
            ["--config.file=\(folder.path("deploy/prometheus/blackbox.yml"))"])
        try start(topology.hostExporter, "prometheus-node-exporter", [])
        try start(
            topology.alertmanagerEndpoint, "prometheus-alertmanager",
            [
                "--config.file=\(folder.path("deploy/alertmanager/alertmanager.yml"))",
                "--storage.path=\(folder.path("alertmanager"))", "--cluster.listen-address=",
            ])
        return exporters
    }

    // MARK: - Clients

    private static func client(of broker: RabbitMQServer, _ program: String, _ arguments: String...) throws {
        try ServerTool.run(program, [url(of: broker)] + arguments, of: "amqp-tools")
    }

    private static func consumer(of broker: RabbitMQServer) throws -> ServerProcess {
        try ServerProcess("amqp-consume", [url(of: broker), "--queue=notifications", "cat"], of: "amqp-tools")
    }

    private static func url(of broker: RabbitMQServer) -> String { "--url=amqp://guest:guest@127.0.0.1:\(broker.port)" }

    /// A little of what clients do to each server.
    func makeTraffic() throws {
        let balancer = topology.loadBalancers[0]
        let port = topology.tlsEndpoint(of: balancer)?.port ?? 0
        let name = balancer.serverNames[0]
        // A range in the address is curl's own repetition.
        try ServerTool.run(
            "curl",
            [
                "--silent", "--insecure", "--output", "/dev/null", "--resolve", "\(name):\(port):127.0.0.1",
                "https://\(name):\(port)/health/ready?[1-20]",
            ], of: "curl")
        try redis.command("SET", "key", "value", "EX", "1000")
        try redis.command("GET", "key")
        try redis.command("GET", "missing")
        let database = topology.databases[0].database
        try postgres.query("CREATE TABLE IF NOT EXISTS orders (id int PRIMARY KEY)", database: database)
        try postgres.query("INSERT INTO orders VALUES (1) ON CONFLICT DO NOTHING; SELECT * FROM orders", database: database)
        try publish()
    }

    func publish() throws {
        try Self.client(of: rabbitmq, "amqp-publish", "--routing-key=notifications", "--body=notification")
    }

    /// Another certificate, which nginx takes up.
    func renewCertificate(validDays days: Int) throws {
        try Self.certificate(validDays: days, in: nginx.folder)
        nginx.reload()
    }

    /// Ends all of it, whatever state it is in.
    func stop() async throws {
        try await prometheus.stop()
        for exporter in exporters.values {
            exporter.signal(SIGCONT)
            exporter.stop()
        }
        nginx.stop()
        _ = try await fleet.stop()
        consumer.stop()
        rabbitmq.stop()
        redis.stop()
        standby?.stop()
        postgres.stop()
    }
}
