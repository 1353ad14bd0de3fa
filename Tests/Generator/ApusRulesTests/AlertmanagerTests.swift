import ApusGenerator
import ApusRules
import ApusTopology
import GeneratorTesting
import HostTesting
import Testing

@Suite struct `Alertmanager's configuration` {
    static let fleets = [FleetEnvironment.staging, .production].map { shopFleet().varied(for: $0) }

    /// Where an alert with these labels must go, read from the routing anew.
    private func receiver(_ labels: [String: String], in routing: Routing) -> String {
        let route = routing.routes.first { route in
            let severityFits = route.severities.isEmpty || route.severities.contains { $0.rawValue == labels["severity"] }
            return severityFits && (route.service == nil || route.service == labels["service"])
        }
        return route?.receiver ?? routing.defaultReceiver ?? "nobody"
    }

    @Test(arguments: fleets)
    func `is accepted by amtool`(fleet: Fleet) throws {
        let folder = try TemporaryFolder(holding: try FileKind.alertmanager.files(for: fleet))
        let result = try Command.run("amtool", ["check-config", folder.path("deploy/alertmanager/alertmanager.yml")])
        #expect(result.passed, "\(result.text)")
    }

    @Test(arguments: fleets)
    func `sends every alert where the routing says`(fleet: Fleet) throws {
        let folder = try TemporaryFolder(holding: try FileKind.alertmanager.files(for: fleet))
        let services = fleet.services.map(\.name) + ["another"]
        var asked: Set<[String: String]> = []
        for rule in try RuleDocument.alerts(of: fleet) {
            for service in services {
                let labels = ["severity": rule.labels?["severity"] ?? "", "service": rule.labels?["service"] ?? service]
                // The tree asks for nothing else: alerts of the same severity and service go the same way.
                guard asked.insert(labels).inserted else { continue }
                let wanted = receiver(labels, in: fleet.routing)
                let result = try Command.run(
                    "amtool",
                    ["config", "routes", "test", "--config.file", folder.path("deploy/alertmanager/alertmanager.yml")]
                        + ["--verify.receivers=\(wanted)", "alertname=\(rule.alert ?? "")"]
                        + labels.map { "\($0.key)=\($0.value)" })
                #expect(result.passed, "\(labels): \(result.text)")
            }
        }
        #expect(asked.count >= 8)
    }

    @Test func `is none of a fleet that routes nothing`() throws {
        #expect(try FileKind.alertmanager.files(for: shopFleet()) == [])
    }

    @Test func `is refused when the fleet's Alertmanager is too old for a receiver's file of secrets`() throws {
        let fleet = Fleet("old") {
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            ToolVersions(alertmanager: ToolVersion(0, 24))
            Routing(default: "on-call") { Receiver("on-call", .pagerDuty(routingKeyFile: "/etc/secret")) }
        }
        let error = try #require(
            #expect(throws: RuleError.self) { try FileKind.alertmanager.files(for: fleet) })
        #expect(error.description.contains("came with 0.25"))
    }
}
