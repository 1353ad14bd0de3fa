import ApusDeployment
import ApusFiles
import ApusGenerator
import ApusTopology
import Foundation
import GeneratorTesting
import HostTesting
import ServerTesting
import Testing
import Yams

/// The Compose file, judged by Docker Compose and by the published schema.
@Suite struct `The Compose file` {
    static let fleets =
        FleetShapes.all + [
            shopFleet(.besideEachInstance).varied(for: .production),
            shopFleet().varied(for: .staging),
        ]

    static func file(_ fleet: Fleet) throws -> GeneratedFile {
        try #require(try FileKind.compose.files(for: fleet).first { $0.path == "deploy/docker-compose.yml" })
    }

    /// As Compose of Debian 12 reads it, its variables replaced by those of an environment.
    static func read(_ fleet: Fleet, _ environment: FleetEnvironment) throws -> (document: Node, errors: String) {
        let fleet = fleet.replacing([ToolVersions(compose: ToolVersion(1, 29))])
        let folder = try TemporaryFolder(holding: try fleet.generatedFiles())
        let result = try Command.run(
            "docker-compose",
            [
                "--env-file", folder.path("deploy/env/\(environment.rawValue)/compose.env"), "--file",
                folder.path("deploy/docker-compose.yml"), "config",
            ])
        guard result.status == 0 else { throw ComposeRefusal(description: result.errors) }
        return (try #require(try Yams.compose(yaml: result.output)), result.errors)
    }

    struct ComposeRefusal: Error, CustomStringConvertible { let description: String }

    @Test(arguments: [(500, true), (501, false)])
    func `is left out, and that is told, where one machine's network has no room`(instances: Int, isThere: Bool) throws {
        let fleet = Fleet("large") {
            FleetService("worker", role: .worker) {
                for number in 1...instances { Instance("worker-\(number)", metricsPort: 20_000 + number) }
            }
            Agents(.besideEachInstance)
            Thresholds(.connections(1000, .high))
            ConnectionBudget(perInstance: 1, minimum: 10, maximum: 1000)
        }
        #expect(try fleet.generatedFiles(of: [.compose]).isEmpty != isThere)
        #expect(
            fleet.omittedFiles
                == (isThere
                    ? []
                    : [
                        "deploy/docker-compose.yml: left out, since 1002 containers are more than one machine's network takes"
                            + " (1000): use the files for Kubernetes or systemd"
                    ]))
    }

    @Test(arguments: fleets) func `is what the published schema describes`(fleet: Fleet) throws {
        let faults = try SchemaCheck.faults(in: [Self.file(fleet)], of: .compose)
        #expect(faults == [], "\(faults)")
    }

    @Test func `is refused by the schema with a key that Compose does not know`() throws {
        let file = try Self.file(shopFleet())
        let changed = GeneratedFile(path: file.path, contents: file.contents.replacing("pids_limit", with: "pid_limit"))
        #expect(try !SchemaCheck.faults(in: [changed], of: .compose).isEmpty)
    }

    @Test(arguments: FleetEnvironment.allCases)
    func `is read by Docker Compose with the variables of every environment`(environment: FleetEnvironment) throws {
        let (document, errors) = try Self.read(shopFleet(), environment)
        #expect(!errors.contains("WARN"), "\(errors)")
        let services = try #require(document["services"]?.mapping)
        let names = Set(services.keys.compactMap(\.string))
        #expect(
            names == [
                "agent", "api-1", "api-2", "worker-1", "worker-2", "worker-3", "worker-4", "worker-5", "postgres",
                "postgres-exporter", "pgbouncer", "pgbouncer-exporter", "rabbitmq", "redis", "redis-exporter", "nginx",
                "nginx-exporter", "nginx-prober", "prometheus", "alertmanager", "node-exporter", "grafana",
            ])
        for (name, service) in services {
            let name = name.string ?? ""
            let image = try #require(service["image"]?.string)
            #expect(image.contains(":") && !image.hasSuffix(":latest"), "\(image)")
            // Its image has no program that could look.
            #expect((service["healthcheck"] == nil) == (name == "nginx-exporter"), "\(name)")
            #expect(service["restart"]?.string == "unless-stopped")
            #expect(service["deploy"]?["resources"]?["limits"]?["memory"] != nil, "\(name)")
            #expect(service["logging"]?["options"]?["max-size"]?.string == "10m")
            #expect(service["security_opt"]?.sequence?.first?.string == "no-new-privileges:true")
            #expect(service["cap_drop"]?.sequence?.first?.string == "ALL")
            #expect(service["read_only"]?.bool == (name != "rabbitmq"), "\(name)")
        }
    }

    @Test func `stops when a variable is missing, and says which`() throws {
        let folder = try TemporaryFolder(holding: try shopFleet().generatedFiles())
        let result = try Command.run("docker-compose", ["--file", folder.path("deploy/docker-compose.yml"), "config"])
        #expect(result.status != 0)
        #expect(result.errors.contains("give --env-file"), "\(result.errors)")
    }

    /// A mount of what is not generated would be an empty folder on a new machine.
    @Test(arguments: fleets) func `mounts generated files and what the operator must give`(fleet: Fleet) throws {
        let generated = Set(try fleet.generatedFiles().map(\.path))
        let text = try Self.file(fleet).contents
        for line in text.split(separator: "\n") {
            let item = line.drop { $0 == " " }.dropFirst(2)
            guard line.contains("- ."), let source = item.split(separator: ":").first else { continue }
            let path = source.hasPrefix("../") ? String(source.dropFirst(3)) : "deploy/" + source.dropFirst(2)
            #expect(
                generated.contains(path) || generated.contains { $0.hasPrefix("\(path)/") } || path == "deploy/alertmanager",
                "\(path)")
        }
    }

    @Test func `gives each agent the processes that report to it`() throws {
        let one = try #require(try Yams.compose(yaml: try Self.file(shopFleet()).contents)?["services"])
        #expect(one["agent"]?["pid"]?.string == "host")
        #expect(one["worker-1"]?["depends_on"]?["agent"]?["condition"]?.string == "service_healthy")
        let beside = shopFleet(.besideEachInstance)
        let many = try #require(try Yams.compose(yaml: try Self.file(beside).contents)?["services"])
        #expect(many["agent-worker-3"]?["pid"]?.string == "service:worker-3")
        #expect(many["worker-3"]?["depends_on"] == nil)
        for services in [one, many] {
            let agent = services["agent"] ?? services["agent-api-1"]
            #expect(agent?["user"]?.string == services["api-1"]?["user"]?.string)
            #expect(agent?["volumes"]?[0]?.string == services["api-1"]?["volumes"]?[1]?.string)
        }
    }

    /// Compose 1.29, which reads the other files, refuses the key; the published schema judges it.
    @Test func `gives each agent the control groups of the host where Compose can`() throws {
        for placement in AgentPlacement.allCases {
            let fleet = shopFleet(placement)
            for (version, group) in [((1, 29), nil), ((2, 14), nil), ((2, 15), "host")] as [((Int, Int), String?)] {
                let versions = ToolVersions(compose: ToolVersion(version.0, version.1))
                let file = try Self.file(fleet.replacing([versions]))
                let services = try #require(try Yams.compose(yaml: file.contents)?["services"]?.mapping)
                for (name, service) in services {
                    let isAgent = name.string?.hasPrefix("agent") == true
                    #expect(service["cgroup"]?.string == (isAgent ? group : nil), "\(name)")
                }
            }
        }
    }

    /// A user that its image does not know has no name to be the default.
    @Test func `names the user of every check of a database`() throws {
        let services = try #require(try Yams.compose(yaml: try Self.file(shopFleet()).contents)?["services"])
        for name in ["postgres", "pgbouncer"] {
            let test = try #require(services[name]?["healthcheck"]?["test"]?.sequence).compactMap(\.string)
            #expect(test[1] == "pg_isready" && test.contains("-U"), "\(name)")
        }
    }

    /// A password that is in a generated file is one that everybody has.
    @Test func `takes every password from a file`() throws {
        let text = try Self.file(shopFleet()).contents
        let document = try #require(try Yams.compose(yaml: text))
        let declared = Set(try #require(document["secrets"]?.mapping).keys.compactMap(\.string))
        let used = try #require(document["services"]?.mapping).values.flatMap { service in
            (service["secrets"]?.sequence ?? []).compactMap { $0["source"]?.string }
        }
        #expect(declared == Set(used))
        #expect(
            declared == [
                "postgres-password", "pgbouncer-userlist", "pgbouncer-stats-pgpass", "rabbitmq-login", "pagerduty", "slack",
                "smtp",
                "grafana-password",
            ])
    }
}
