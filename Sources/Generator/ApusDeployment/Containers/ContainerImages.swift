import ApusTopology

/// The images of a fleet's containers, each with the version that the topology has, or that was current for exporters.
struct ContainerImages {
    let fleet: Fleet

    /// The user of the fleet's own containers, services and agents alike: reading another user's /proc takes a privilege.
    static let user = 10_001

    /// `registry/` or nothing.
    static func prefix(_ containers: Containers) -> String { containers.registry.isEmpty ? "" : "\(containers.registry)/" }

    /// One of the fleet's own.
    func own(_ name: String) -> String { "\(Self.prefix(fleet.containers))\(name):\(fleet.containers.tag)" }

    /// An image of others, with its digest where the topology has one.
    func pinned(_ image: String) -> String {
        guard let digest = fleet.containers.digests[String(image.prefix { $0 != ":" })] else { return image }
        return "\(image)@\(digest)"
    }

    /// nginx' own image, with curl in it.
    var nginx: String { "nginx:\(fleet.tools.nginx)" }
    func postgres(_ database: Database) -> String { "postgres:\(database.version)" }
    func redis(_ cache: Cache) -> String { "redis:\(cache.version)" }
    func rabbitMQ(_ broker: Broker) -> String { "rabbitmq:\(broker.version)" }
    var prometheus: String { "prom/prometheus:v\(fleet.tools.prometheus).0" }
    var alertmanager: String { "prom/alertmanager:v\(fleet.tools.alertmanager).0" }
    var grafana: String { "grafana/grafana:\(fleet.tools.grafana).0" }

    static let postgresExporter = "quay.io/prometheuscommunity/postgres-exporter:v0.15.0"
    static let pgbouncerExporter = "quay.io/prometheuscommunity/pgbouncer-exporter:v0.7.0"
    /// With a shell's tools, which its health check needs.
    static let redisExporter = "oliver006/redis_exporter:v1.58.0-alpine"
    static let nginxExporter = "nginx/nginx-prometheus-exporter:1.1.0"
    static let nodeExporter = "quay.io/prometheus/node-exporter:v1.7.0"
    static let blackboxExporter = "quay.io/prometheus/blackbox-exporter:v0.24.0"
}
