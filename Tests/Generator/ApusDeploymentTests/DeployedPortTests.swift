import ApusFiles
import ApusGenerator
import ApusPromQL
import ApusTopology
import Foundation
import GeneratorTesting
import Testing
import Yams

/// Every port is declared once: whatever file has it must have that one.
@Suite struct `The ports of a deployed fleet` {
    /// Moved, so that no file could have its numbers from anywhere else.
    static let fleet = shopFleet(portOffset: 1234).varied(for: .production)

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
        let numbers = try (own + Self.words(container)).split { !$0.isNumber }
        #expect(numbers.contains { $0 == "\(endpoint.port)" }, "\(endpoint.holder) at \(endpoint.port)")
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

@Suite struct `The origins of deployment files` {
    @Test func `are the declarations of what stands in a line`() throws {
        let fleet = shopFleet().varied(for: .production)
        func place(_ kind: FileKind, _ path: String, _ fragment: String) throws -> SourcePlace? {
            let file = try #require(try kind.files(for: fleet).first { $0.path == path })
            let lines = file.contents.components(separatedBy: "\n")
            return file.origin(ofLine: try #require(lines.firstIndex { $0.contains(fragment) }, "\(fragment)") + 1)?.place
        }
        let instance = fleet.services[0].instances[1]
        #expect(try place(.nginx, "deploy/nginx/nginx.conf", "server 127.0.0.1:3002") == instance.place)
        #expect(
            try place(.nginx, "deploy/nginx/nginx.conf", "zone=limit_auth:10m") == fleet.loadBalancers[0].rateZones[0].place)
        #expect(try place(.pgbouncer, "deploy/pgbouncer/pgbouncer.ini", "pool_mode") == fleet.databases[0].pooler?.place)
        #expect(try place(.compose, "deploy/docker-compose.yml", "- worker-3") == fleet.services[1].instances[2].place)
        #expect(try place(.kubernetes, "deploy/kubernetes/service-api.yaml", "replicas:") == fleet.services[0].place)
        #expect(try place(.nginx, "deploy/nginx/nginx.conf", "gzip on;") == nil)
    }
}
