import ApusPromQL
import ApusTopology
import Foundation
import NotificationFleet
import Testing
import Yams

@testable import ApusGenerator

/// Every port is declared once: whatever file has it must have that one.
@Suite struct `The ports of a deployed fleet` {
    /// Moved, so that no file could have its numbers from anywhere else.
    static let fleet = notificationFleet(FleetParameters(portOffset: 1234)).varied(for: .production)

    private static func texts(_ kinds: FileKind...) throws -> [String: String] {
        let files = try kinds.flatMap { try $0.files(for: fleet) }
        return Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.contents) })
    }

    private static func services() throws -> Node {
        let text = try #require(try texts(.compose)["deploy/docker-compose.yml"])
        return try #require(try Yams.compose(yaml: text)?["services"])
    }

    /// The words of a container: its command, environment, health check and published ports.
    private static func words(_ container: Node) throws -> String {
        let parts = ["command", "environment", "healthcheck", "ports"].compactMap { container[$0] }
        return try parts.map { try Yams.serialize(node: $0) }.joined()
    }

    private static let files: [FleetEndpoint.Kind: String] = [
        .pooler: "deploy/compose/pgbouncer/pgbouncer.ini", .broker: "deploy/compose/rabbitmq/rabbitmq.conf",
        .brokerMetrics: "deploy/compose/rabbitmq/rabbitmq.conf", .loadBalancer: "deploy/compose/nginx/nginx.conf",
        .loadBalancerTLS: "deploy/compose/nginx/nginx.conf", .loadBalancerStatus: "deploy/compose/nginx/nginx.conf",
    ]

    @Test(arguments: fleet.endpoints) func `are where their containers listen`(endpoint: FleetEndpoint) throws {
        let services = try Self.services()
        let name = endpoint.kind == .hostExporter ? "node-exporter" : endpoint.process
        let container = try #require(services[name], "no container \(name)")
        let own = try Self.files[endpoint.kind].map { try #require(try Self.texts(.compose)[$0]) } ?? ""
        let pattern = try Regex("(?<![0-9])\(endpoint.port)(?![0-9])")
        #expect(try (own + Self.words(container)).contains(pattern), "\(endpoint.holder) at \(endpoint.port)")
    }

    @Test func `are the same in every file of nginx, pgbouncer, Prometheus and Kubernetes`() throws {
        let fleet = Self.fleet
        let texts = try Self.texts(.nginx, .pgbouncer, .prometheus, .compose, .kubernetes)
        func expect(_ path: String, _ fragment: String) {
            #expect(texts[path]?.contains(fragment) == true, "\(path) lacks \(fragment)")
        }
        for instance in fleet.services.flatMap(\.instances) {
            guard let port = instance.port else { continue }
            expect("deploy/nginx/nginx.conf", "server 127.0.0.1:\(port) ")
            expect("deploy/compose/nginx/nginx.conf", "server \(instance.name):\(port) ")
        }
        expect("deploy/kubernetes/service-api.yaml", "containerPort: 4235")
        expect("deploy/kubernetes/service-api.yaml", "containerPort: 10714")
        expect("deploy/kubernetes/service-worker.yaml", "http://127.0.0.1:10714/health")
        expect("deploy/kubernetes/network-policies.yaml", "port: 10714")
        expect("deploy/kubernetes/backends.yaml", "PGPORT: '7666'")
        expect("deploy/pgbouncer/pgbouncer.ini", "listen_port = 7666")
        expect("deploy/pgbouncer/pgbouncer.ini", "port=6666 ")
        // What Prometheus scrapes in containers are addresses of containers.
        let scraped = try #require(texts["deploy/compose/prometheus/prometheus.yml"])
        let services = Set(try #require(try Self.services().mapping).keys.compactMap(\.string))
        let addresses = scraped.matches(of: #/- ([a-z0-9-]+):([0-9]+)\n/#)
        #expect(addresses.count > 8)
        for address in addresses { #expect(services.contains(String(address.output.1)), "\(address.output.1)") }
    }
}
