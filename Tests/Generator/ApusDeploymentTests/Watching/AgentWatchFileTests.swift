import AgentMetrics
import ApusAgent
import ApusDeployment
import ApusFiles
import ApusGenerator
import ApusLinux
import ApusTopology
import GeneratorTesting
import Testing
import Yams

/// The agent's file of groups, read by the agent's own parser.
@Suite struct `The file of groups` {
    private func files(_ kind: FileKind) throws -> [GeneratedFile] { try kind.files(for: polyglotFleet) }

    private func parsed(_ text: String) throws -> WatchFile { try WatchFile.parse(Array(text.utf8), path: "agent.yaml") }

    private func file(_ path: String, _ kind: FileKind) throws -> WatchFile {
        try parsed(#require(try files(kind).first { $0.path == path }).contents)
    }

    /// A process as the kernel says it.
    private func process(_ command: String, user: UInt32 = 1, unit: String? = nil) -> ProcessFacts {
        ProcessFacts(
            pid: 1, name: "x", executable: command.split(separator: " ").first.map(String.init), command: command, user: user,
            unit: unit, controlGroup: unit.map { "/system.slice/\($0)" })
    }

    private func match(_ file: WatchFile, _ process: ProcessFacts) throws -> String? {
        try file.match(process)?.identity.description
    }

    @Test func `is one that the agent takes, with a group for each instance that shares no memory`() throws {
        let names = [
            "checkout/checkout-1", "checkout/checkout-2", "packing/east", "packing/west", "ledger/ledger-1",
            "database/database-1", "reports/reports-${site}",
        ]
        for (path, kind) in [
            ("deploy/systemd/apus/agent.yaml", FileKind.systemd), ("deploy/compose/agent/agent.yaml", .compose),
        ] {
            let groups = try file(path, kind).groups
            #expect(groups.map { "\($0.service)/\($0.instance)" } == names)
        }
    }

    @Test func `finds the processes of the fleet's own units, and those that others start`() throws {
        let groups = try file("deploy/systemd/apus/agent.yaml", .systemd)
        #expect(try match(groups, process("anything", unit: "apus-checkout@checkout-2.service")) == "checkout/checkout-2")
        #expect(try match(groups, process("anything", unit: "apus-audit@audit-1.service")) == nil)
        #expect(try match(groups, process("postgres: walwriter", unit: "postgresql@15-main.service")) == "database/database-1")
        #expect(try match(groups, process("ruby /srv/reports/oslo/worker.rb -q")) == "reports/reports-oslo")
        #expect(try match(groups, process("sidekiq 7 [reports-rome]", user: 1000)) == "reports/reports-rome")
        #expect(try match(groups, process("sidekiq 7 [reports-rome]", user: 1001)) == nil)
    }

    @Test func `finds the processes of containers by the command that starts them`() throws {
        let groups = try file("deploy/compose/agent/agent.yaml", .compose)
        let compose = try #require(try files(.compose).first { $0.path == "deploy/docker-compose.yml" })
        let services = try #require(try Yams.compose(yaml: compose.contents)?["services"])
        for (name, identity) in [
            ("checkout-1", "checkout/checkout-1"), ("checkout-2", "checkout/checkout-2"), ("west", "packing/west"),
            ("ledger-1", "ledger/ledger-1"),
        ] {
            let container = try #require(services[name])
            let words = (container["entrypoint"]?.sequence ?? []) + (container["command"]?.sequence ?? [])
            let command = words.compactMap(\.string).joined(separator: " ")
            #expect(try match(groups, process(command)) == identity, "\(command)")
            // The first process of the container, that waits for it.
            #expect(try match(groups, process("/sbin/docker-init -- \(command)")) == nil)
            #expect(try match(groups, process(command + "0")) == nil)
        }
        #expect(services["database-1"] == nil)
        #expect(services["agent"]?["volumes"]?.sequence?.compactMap(\.string).last == "./compose/agent:/etc/apus:ro")
    }

    @Test func `is there for each pod, also for those that a scaler adds`() throws {
        let text = try #require(try files(.kubernetes).first { $0.path == "deploy/kubernetes/service-checkout.yaml" }).contents
        let objects = try Array(try Yams.compose_all(yaml: text))
        let map = try #require(objects.first { $0["kind"]?.string == "ConfigMap" })
        let data = try #require(map["data"]?.mapping)
        #expect(data.keys.compactMap(\.string) == (1...4).map { "checkout-\($0).yaml" })
        let set = try #require(objects.first { $0["kind"]?.string == "StatefulSet" })
        let pod = try #require(set["spec"]?["template"]?["spec"])
        let container = try #require(pod["containers"]?.sequence?.first)
        let words = (container["command"]?.sequence ?? []) + (container["args"]?.sequence ?? [])
        let command = words.compactMap(\.string).joined(separator: " ").replacing("$(POD_NAME)", with: "checkout-3")
        let groups = try parsed(try #require(map["data"]?["checkout-3.yaml"]?.string))
        #expect(try match(groups, process(command)) == "checkout/checkout-3", "\(command)")
        let agent = try #require(pod["initContainers"]?.sequence?.first?["args"]?.sequence).compactMap(\.string)
        #expect(agent.contains("/etc/apus/$(POD_NAME).yaml") && agent.contains("127.0.0.1:4318"))
        #expect(try files(.kubernetes).allSatisfy { $0.path != "deploy/kubernetes/service-database.yaml" })
    }

    @Test func `is not there for a fleet that shares memory with its agents`() throws {
        let files = try FileKind.systemd.files(for: shopFleet()) + FileKind.compose.files(for: shopFleet())
        #expect(files.allSatisfy { !$0.path.hasSuffix("agent.yaml") })
        #expect(files.allSatisfy { !$0.contents.contains("--report-listen") })
    }

    @Test func `needs commands that are not longer than an agent compares`() throws {
        let fleet = Fleet("long") {
            FleetService(
                "checkout", role: .worker, runtime: .node,
                program: ServiceCommand("node", arguments: [[ProcessText(stringLiteral: String(repeating: "a", count: 1024))]])
            ) { Instance("checkout-1", metricsPort: 9101) }
        }
        let fault = #expect(throws: DeploymentError.self) { try FileKind.compose.files(for: fleet) }
        #expect(fault?.description.contains("the command of checkout-1 of checkout is longer than the 1024 bytes") == true)
    }
}

/// How services in other languages are started.
@Suite struct `A service in another language` {
    @Test func `is told where its agent is and who it is, wherever it runs`() throws {
        let service = try #require(polyglotFleet.services.first)
        let instance = try #require(service.instances.first)
        func environment(_ command: ProcessCommand) -> [String: String] {
            Dictionary(command.environment.map { ($0.name, $0.value) }) { first, _ in first }
        }
        let child = environment(.child(instance, of: service, in: polyglotFleet, folder: "data"))
        #expect(
            child.filter { $0.key.hasPrefix("OTEL_") } == [
                "OTEL_SERVICE_NAME": "checkout", "OTEL_RESOURCE_ATTRIBUTES": "service.instance.id=checkout-1",
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
                "OTEL_METRICS_EXPORTER": "otlp", "OTEL_TRACES_EXPORTER": "none", "OTEL_LOGS_EXPORTER": "none",
                "OTEL_METRIC_EXPORT_INTERVAL": "15000",
            ])
        let container = environment(.container(instance, of: service, in: polyglotFleet, logLevel: "info"))
        #expect(container["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://agent:4318")
        let pod = environment(.pod("$(POD_NAME)", of: service, in: polyglotFleet, port: 8101))
        #expect(pod["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://127.0.0.1:4318")
        #expect(pod["OTEL_RESOURCE_ATTRIBUTES"] == "service.instance.id=$(POD_NAME)")
        let packing = try #require(polyglotFleet.services.first { $0.name == "packing" })
        let east = environment(.child(packing.instances[0], of: packing, in: polyglotFleet, folder: "data"))
        #expect(east["APUS_REPORT_URL"] == "http://127.0.0.1:4318/v1/report/packing/east")
    }

    @Test func `may write machine code under systemd, and the agent expects it where it reports`() throws {
        let files = try FileKind.systemd.files(for: polyglotFleet)
        func contents(_ name: String) throws -> String {
            try #require(files.first { $0.path == "deploy/systemd/\(name)" }, "\(name)").contents
        }
        let checkout = try contents("apus-checkout@.service")
        #expect(checkout.contains("ExecStart=/usr/bin/node \\\n    /srv/checkout/server.mjs"))
        #expect(!checkout.contains("MemoryDenyWriteExecute") && checkout.contains("ProcSubset=all"))
        #expect(try contents("apus-packing@.service").contains("ExecStart=/srv/packing/venv/bin/python3 "))
        #expect(try contents("apus-audit@.service").contains("MemoryDenyWriteExecute=yes"))
        let agent = try contents("apus-agent.service")
        #expect(agent.contains("--report-listen 127.0.0.1:4318 \\\n    --config /etc/apus/agent.yaml"))
        #expect(!agent.contains("database"))
        let expected = try contents("apus/agent.expect").split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            expected == [
                "checkout/checkout-1", "checkout/checkout-2", "packing/east", "packing/west", "ledger/ledger-1",
                "audit/audit-1",
            ])
        #expect(files.allSatisfy { !$0.path.contains("apus-database") && !$0.path.contains("apus-reports") })
    }

    @Test(arguments: [(nil, "service_started"), (["checkout", "probe"], "service_healthy")] as [(ServiceProbe?, String)])
    func `is waited for by who balances it as far as its image can tell`(probe: ServiceProbe?, condition: String) throws {
        let fleet = Fleet("shop") {
            FleetService(
                "checkout", role: .api, runtime: .node,
                program: ServiceCommand("node", arguments: [["--port", "\(.port)"]], probe: probe)
            ) { Instance("checkout-1", port: 8001, metricsPort: 9101) }
            LoadBalancer(service: "checkout")
        }
        let file = try #require(try FileKind.compose.files(for: fleet).first { $0.path == "deploy/docker-compose.yml" })
        let services = try #require(try Yams.compose(yaml: file.contents)?["services"])
        #expect(services["nginx"]?["depends_on"]?["checkout-1"]?["condition"]?.string == condition)
        #expect((services["checkout-1"]?["healthcheck"] != nil) == (probe != nil))
    }

    @Test func `is not installed, nor built into an image, by the fleet's package`() throws {
        let installation = try SystemdInstallation(
            fleet: polyglotFleet, executables: ["audit": "/bin/true", "apus-agent": "/bin/true"])
        #expect(installation.paths.contains("/etc/apus/agent.yaml"))
        let dockerfile = try #require(try FileKind.docker.files(for: polyglotFleet).first).contents
        #expect(dockerfile.contains("--product audit") && !dockerfile.contains("--product node"))
    }
}
