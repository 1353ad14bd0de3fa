import AgentMetrics
import ApusGenerator
import ApusPromQL
import ApusRules
import ApusTopology
import Foundation
import GeneratorTesting
import HostTesting
import MonitoringPacks
import ServerTesting
import Testing

/// A running Alertmanager with the generated configuration, on a free port of this host.
private final class RunningAlertmanager {
    let process: ServerProcess
    let port: Int
    private let folder: TemporaryFolder

    init(fleet: Fleet) throws {
        port = try LoopbackPort.free()
        folder = try TemporaryFolder(holding: try FileKind.alertmanager.files(for: fleet))
        process = try ServerProcess(
            "prometheus-alertmanager",
            [
                "--config.file=\(folder.path("deploy/alertmanager/alertmanager.yml"))", "--storage.path=\(folder.path("data"))",
                "--web.listen-address=127.0.0.1:\(port)", "--cluster.listen-address=",
            ], of: "prometheus-alertmanager")
        let port = port
        try process.wait(until: "ready") { (try? LoopbackHTTP.get(port: port, "/-/ready").status) == 200 }
    }

    /// What curl gets of a path.
    func ask(_ path: String, _ arguments: [String] = []) throws -> String {
        try ServerTool.run(
            "curl", ["--silent", "--fail", "--max-time", "30"] + arguments + ["http://127.0.0.1:\(port)\(path)"], of: "curl")
    }
}

@Suite struct `Inhibitions` {
    private struct Alert: Decodable {
        struct Status: Decodable { let inhibitedBy: [String] }
        let labels: [String: String]
        let status: Status
    }

    @Test func `an instance that is down silences its own saturation, and nobody else's`() throws {
        let server = try RunningAlertmanager(fleet: shopFleet().varied(for: .production))
        defer { server.process.stop() }
        func alert(_ name: String, _ severity: String, _ instance: String) -> [String: [String: String]] {
            ["labels": ["alertname": name, "severity": severity, "service": "worker", "instance": instance]]
        }
        let alerts = [
            alert("InstanceDown", "critical", "worker-1"), alert("HighCPU", "medium", "worker-1"),
            alert("HighCPU", "medium", "worker-2"), alert("OrdersPileUp", "high", "worker-1"),
        ]
        let body = String(decoding: try JSONEncoder().encode(alerts), as: UTF8.self)
        _ = try server.ask("/api/v2/alerts", ["-X", "POST", "-H", "Content-Type: application/json", "-d", body])
        // An alert's status is known once it has been dispatched.
        var answer: [Alert] = []
        let isInhibited = try comesTrue(within: .seconds(30)) {
            answer = try JSONDecoder().decode([Alert].self, from: Data(try server.ask("/api/v2/alerts").utf8))
            return answer.contains { !$0.status.inhibitedBy.isEmpty }
        }
        #expect(isInhibited)
        #expect(answer.count == 4)
        let inhibited = answer.filter { !$0.status.inhibitedBy.isEmpty }
        #expect(inhibited.map { "\($0.labels["alertname"] ?? "") \($0.labels["instance"] ?? "")" } == ["HighCPU worker-1"])
    }

    /// A pack of one's own, with an inhibition.
    private struct Baskets: MonitoringPack {
        let place = SourcePlace()
        let concern = "baskets"
        let silenced: AlertName
        let named: AlertName

        func alerts(in fleet: Fleet) -> [ApusTopology.Alert] {
            [
                ApusTopology.Alert(
                    named, when: ServiceProcess.threads.series.value > 200, severity: .low, summary: "Many threads.",
                    description: "\(.instance) has many.",
                    runbook: Runbook(meaning: "Many.", impact: "Memory.", actions: ["Look."]))
            ]
        }

        func inhibitions(in fleet: Fleet) -> [Inhibition] {
            [Inhibition(of: [silenced], while: [.instanceDown, .cacheDown], equal: [TargetKey.service, .instance])]
        }
    }

    private func configuration(_ pack: Baskets) throws -> String {
        let fleet = Fleet("shop") {
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            pack
            Routing(default: "team") { Receiver("team", .webhook(url: "http://127.0.0.1:8025/alerts")) }
        }
        return try FileKind.alertmanager.files(for: fleet).map(\.contents).joined()
    }

    @Test func `of a pack of one's own stands beside the others, without alerts of packs that have nothing to watch`() throws {
        let text = try configuration(Baskets(silenced: "BasketsPileUp", named: "BasketsPileUp"))
        #expect(
            text.contains(
                """
                - source_matchers:
                  - alertname="InstanceDown"
                  target_matchers:
                  - alertname="BasketsPileUp"
                """))
        #expect(!text.contains("CacheDown"))
    }

    @Test func `that names an alert which the fleet does not have is refused with its place`() throws {
        let error = try #require(
            #expect(throws: RuleError.self) {
                try configuration(Baskets(silenced: "BasketsPileUp", named: "BasketsOverflow"))
            })
        #expect(error.description.contains("InhibitionTests.swift:"))
        #expect(error.description.contains("names the alert BasketsPileUp, which the fleet does not have"))
    }

    /// A name that is passed over in some fleets is one that an alert has in the fleet with everything.
    @Test func `names alerts that are there where the fleet has everything`() throws {
        let fleet = shopFleet().varied(for: .production)
        let names = Set(try [fleet, polyglotFleet, pagedFleet].flatMap { try RuleDocument.alerts(of: $0).compactMap(\.alert) })
        let inhibitions = fleet.inhibitions
        #expect(inhibitions.count >= 8)
        for inhibition in inhibitions {
            #expect(Set((inhibition.sources + inhibition.targets).map(\.text)).subtracting(names) == [])
        }
    }
}
