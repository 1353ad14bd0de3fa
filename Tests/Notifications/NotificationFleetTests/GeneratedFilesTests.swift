import ApusDeployment
import ApusFiles
import ApusGenerator
import ApusTopology
import Foundation
import GeneratorTesting
import HostTesting
import NotificationFleet
import Testing
import Yams

/// The files of the platform before those that read them.
@Suite struct `Generated files of the notification fleet` {
    static let fleets =
        AgentPlacement.allCases.map { notificationFleet(FleetParameters(placement: $0)) }
        + [FleetEnvironment.staging, .production].flatMap { environment in
            AgentPlacement.allCases.map { notificationFleet(FleetParameters(placement: $0)).varied(for: environment) }
        }

    /// Those were written by another process, whose hashes had another seed.
    @Test func `are those that the repository holds`() throws {
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().path
        let differences = try OutputFolder(path: repository).differences(
            from: try notificationFleet().deployed(in: nil).generatedFiles() + AgentPackage().files)
        #expect(differences == [], "run `apus generate` and commit what it writes")
    }

    @Test func `are refused where an offset moves ports out of range`() {
        #expect(throws: InvalidFleet.self) { try notificationFleet(FleetParameters(portOffset: 60_000)).generatedFiles() }
    }

    @Test(arguments: fleets) func `are a configuration that Prometheus takes, with its rules`(fleet: Fleet) throws {
        let folder = try TemporaryFolder(holding: try fleet.generatedFiles())
        let result = try Command.run("promtool", ["check", "config", folder.path("deploy/prometheus/prometheus.yml")])
        #expect(result.passed, "\(result.text)")
        #expect(result.text.contains("rule files found") && !result.text.contains("WARNING"), "\(result.text)")
    }

    @Test(arguments: [FleetEnvironment.staging, .production])
    func `are a configuration that Alertmanager takes`(environment: FleetEnvironment) throws {
        let folder = try TemporaryFolder(
            holding: try FileKind.alertmanager.files(for: notificationFleet().varied(for: environment)))
        let result = try Command.run("amtool", ["check-config", folder.path("deploy/alertmanager/alertmanager.yml")])
        #expect(result.passed, "\(result.text)")
    }

    @Test(arguments: fleets) func `are containers as the published schema has them`(fleet: Fleet) throws {
        let file = try #require(try FileKind.compose.files(for: fleet).first { $0.path == "deploy/docker-compose.yml" })
        let faults = try SchemaCheck.faults(in: [file], of: .compose)
        #expect(faults == [], "\(faults)")
    }

    @Test(arguments: FleetEnvironment.allCases)
    func `are containers that Docker Compose reads with the variables of every environment`(
        environment: FleetEnvironment
    ) throws {
        // That of Debian 12, which reads it here.
        let fleet = notificationFleet().replacing([ToolVersions(compose: ToolVersion(1, 29))])
        let folder = try TemporaryFolder(holding: try fleet.generatedFiles())
        let result = try Command.run(
            "docker-compose",
            [
                "--env-file", folder.path("deploy/env/\(environment.rawValue)/compose.env"), "--file",
                folder.path("deploy/docker-compose.yml"), "config",
            ])
        #expect(result.status == 0 && !result.errors.contains("WARN"), "\(result.errors)")
    }

    @Test(arguments: fleets) func `are manifests as the published schemas have them`(fleet: Fleet) throws {
        let faults = try SchemaCheck.faults(in: try FileKind.kubernetes.files(for: fleet), of: .kubernetes)
        #expect(faults == [], "\(faults)")
    }

    @Test func `scale workers by the depth that alerts watch`() throws {
        let fleet = notificationFleet()
        let objects = try FileKind.kubernetes.files(for: fleet).flatMap { try Array(Yams.compose_all(yaml: $0.contents)) }
        let scaler = try #require(objects.first { $0["kind"]?.string == "ScaledObject" })["spec"]
        let trigger = scaler?["triggers"]?[0]?["metadata"]
        // 10,000 at 20 pods.
        #expect(trigger?["threshold"]?.string == "500")
        let rules = try FileKind.rules.files(for: fleet).map(\.contents).joined()
        let query = try #require(trigger?["query"]?.string)
        #expect(query.contains(#"notification_queue_depth{service="worker"}"#))
        #expect(rules.contains("expr: \(query) > 10000\n"), "the alert's query")
        #expect(scaler?["maxReplicaCount"]?.int == 20)
    }

    @Test(arguments: [notificationFleet(), notificationFleet().varied(for: .production)])
    func `are YAML that passes yamllint`(fleet: Fleet) throws {
        let (verdict, count) = try YAMLStyle.judge(try fleet.generatedFiles())
        #expect(verdict.status == 0, "\(verdict.text)")
        #expect(count > 5)
    }

    @Test(arguments: fleets) func `are units that leave systemd-analyze verify nothing to say`(fleet: Fleet) throws {
        let root = try HostRoot(fleet)
        #expect(root.units.count > fleet.identities.count)
        #expect(try root.verify(root.units) == "")
    }

    @Test func `start workers and APIs with the settings of the topology`() throws {
        let root = try HostRoot(notificationFleet(FleetParameters(scrapeInterval: .seconds(5))))
        let units = "usr/lib/systemd/system"
        #expect(
            try root.settings("\(units)/apus-worker@.service").contains(
                "ExecStart=/usr/bin/apus worker --instance %i --poll-interval 5s --lease-duration 5m --batch-size 50"
                    + " --data /var/lib/apus --store sqlite:notifications.sqlite --agent-socket /run/apus/agent.sock --connections ${APUS_CONNECTIONS}"
            ))
        #expect(
            try root.settings("\(units)/apus-api@.service").contains(
                "ExecStart=/usr/bin/apus api --instance %i --host 127.0.0.1 --port ${APUS_PORT}"
                    + " --data /var/lib/apus --store sqlite:notifications.sqlite --agent-socket /run/apus/agent.sock --connections ${APUS_CONNECTIONS}"
            ))
    }
}
