import ApusDeployment
import ApusFiles
import ApusGenerator
import ApusTopology
import Foundation
import GeneratorTesting
import HostTesting
import ServerTesting
import Testing

/// Judged by nginx itself, without being started.
@Suite struct `The configuration of nginx` {
    static func fleets(certificates: String) -> [Fleet] {
        let certificate = Certificate(
            certificatePath: "\(certificates)/certificate.pem", keyPath: "\(certificates)/key.pem", port: 443, proberPort: nil)
        func fleet(@FleetBuilder _ parts: () -> [any FleetPart]) -> Fleet {
            let parts = parts()
            return Fleet("web") {
                FleetService("api", role: .api) {
                    for number in 1...3 { Instance("api-\(number)", port: 3000 + number, metricsPort: 9100 + number) }
                }
                for part in parts { part }
            }
        }
        return [
            BalancedFleet.fleet(instances: [3001, 3002], ports: [8080, 8443, 8081], certificates: certificates),
            // Plain HTTP, any name.
            fleet { LoadBalancer(service: "api") },
            // No limit at all, and a path of WebSockets that a zone has too.
            fleet { LoadBalancer(service: "api", rateZones: [], webSocketPaths: ["/live"]) },
            fleet {
                LoadBalancer(
                    service: "api", certificate: certificate,
                    rateZones: [RateZone("live", paths: ["/live", "/with space{}\";"], requestsPerSecond: 1, burst: 1)],
                    webSocketPaths: ["/live"])
            },
            // Names that a limit and an upstream share, and many connections.
            fleet {
                LoadBalancer(
                    service: "api", rateZones: [RateZone("api", paths: ["/"], requestsPerSecond: 9, burst: 1)],
                    connections: 65_536)
            },
            fleet {
                LoadBalancer("inner", service: "api", port: 8080, statusPort: 8081)
                LoadBalancer("outer", service: "api", port: 8090, statusPort: 8091)
            },
        ]
    }

    @Test func `passes nginx's own check, whatever the fleet`() throws {
        let certificates = try TemporaryFolder()
        try BalancedFleet.makeCertificate(in: certificates)
        for fleet in Self.fleets(certificates: certificates.path) {
            let files = try FileKind.nginx.files(for: fleet)
            let snippets = files.filter { $0.path.contains("/snippets/") }
            let configurations = files.filter { !$0.path.contains("/snippets/") }
            #expect(configurations.count == fleet.loadBalancers.count)
            for file in configurations {
                let folder = try TemporaryFolder()
                try folder.write(try BalancedFleet.place(snippets + [file], in: folder), to: "nginx.conf")
                let checked = try Command.run(
                    "nginx", ["-t", "-q", "-p", folder.path, "-c", folder.path("nginx.conf"), "-e", "stderr"])
                #expect(checked.status == 0 && checked.errors.isEmpty, "\(checked.errors)\n\(file.contents)")
            }
        }
    }

    @Test func `is of production, at the addresses of the host or of containers`() throws {
        let fleet = shopFleet()
        let onHost = try #require(try FileKind.nginx.files(for: fleet).first { $0.path == "deploy/nginx/nginx.conf" })
        #expect(onHost.contents.contains("server 127.0.0.1:3001 max_fails=3 fail_timeout=1s;"))
        #expect(onHost.contents.contains("listen 8443 ssl http2;"))
        let contained = try #require(
            try nginxConfigurations(for: try fleet.deployed(in: nil), network: .containers, folder: "x").first)
        #expect(contained.contents.contains("server api-2:3002 max_fails=3 fail_timeout=1s;"))
    }

    @Test func `has the rates, bursts and connections of the topology`() throws {
        let text = try #require(try FileKind.nginx.files(for: shopFleet()).first { $0.path.hasSuffix("nginx.conf") })
            .contents
        for (zone, rate) in [("auth", 10), ("webhook", 50), ("upload", 2), ("api", 100)] {
            #expect(text.contains("zone=limit_\(zone):10m rate=\(rate)r/s;"))
        }
        #expect(text.contains("limit_req zone=limit_api burst=200 nodelay;"))
        #expect(text.contains("worker_connections 4096;"))
        #expect(text.contains("worker_rlimit_nofile 8704;"))
    }

    @Test func `writes HTTP/2 as the version of nginx has it`() throws {
        let newer = Fleet("web") {
            FleetService("api", role: .api) { Instance("api-1", port: 3001, metricsPort: 9101) }
            LoadBalancer(service: "api", certificate: Certificate(certificatePath: "/c", keyPath: "/k"))
            ToolVersions(nginx: ToolVersion(1, 26))
        }
        let text = try #require(try FileKind.nginx.files(for: newer).first { $0.path.hasSuffix("nginx.conf") }).contents
        #expect(text.contains("listen 8443 ssl;\n        http2 on;"))
    }

    @Test func `is refused before what is no API`() {
        let fleet = Fleet("web") {
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9101) }
            LoadBalancer(service: "worker")
        }
        #expect(throws: DeploymentError.self) { try FileKind.nginx.files(for: fleet) }
    }

    @Test func `no location sets a header without all others`() throws {
        for file in try FileKind.nginx.files(for: shopFleet()) where !file.path.contains("snippets") {
            #expect(!file.contents.contains("add_header"))
            for block in file.contents.components(separatedBy: "location ").dropFirst() where block.contains("proxy_pass") {
                let body = block.prefix { $0 != "}" }
                #expect(body.contains("include snippets/headers"), "\(body)")
                #expect(body.contains("include snippets/proxy.conf;"), "\(body)")
            }
        }
    }
}
