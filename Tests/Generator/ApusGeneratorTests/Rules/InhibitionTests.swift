import ApusGenerator
import ApusTopology
import Foundation
import HostTesting
import NotificationFleet
import Testing

/// A running Alertmanager with the generated configuration, on a free port of this host.
private final class RunningAlertmanager {
    let process = Process()
    let port: Int
    private let folder: TemporaryFolder

    struct NotReady: Error {}

    init(fleet: Fleet) async throws {
        port = Int.random(in: 30_000..<40_000)
        folder = try TemporaryFolder(holding: try FileKind.alertmanager.files(for: fleet))
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "prometheus-alertmanager", "--config.file=\(folder.path("deploy/alertmanager/alertmanager.yml"))",
            "--storage.path=\(folder.path("data"))", "--web.listen-address=127.0.0.1:\(port)", "--cluster.listen-address=",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    /// What curl, which tries again until the server listens, gets of a path.
    func ask(_ path: String, _ arguments: [String] = []) throws -> String {
        let result = try Tool.run(
            "curl",
            ["-sf", "--retry", "50", "--retry-delay", "1", "--retry-connrefused", "--max-time", "30"] + arguments + [
                "http://127.0.0.1:\(port)\(path)"
            ])
        guard result.passed else { throw NotReady() }
        return result.output
    }

    func end() {
        process.terminate()
        process.waitUntilExit()
    }
}

@Suite struct `Inhibition` {
    private struct Alert: Decodable {
        struct Status: Decodable { let inhibitedBy: [String] }
        let labels: [String: String]
        let status: Status
    }

    @Test func `an instance that is down silences its own saturation, and nobody else's`() async throws {
        let server = try await RunningAlertmanager(fleet: notificationFleet().varied(for: .production))
        defer { server.end() }
        func alert(_ name: String, _ severity: String, _ instance: String) -> [String: [String: String]] {
            ["labels": ["alertname": name, "severity": severity, "service": "worker", "instance": instance]]
        }
        let alerts = [
            alert("InstanceDown", "critical", "worker-1"), alert("HighCPU", "medium", "worker-1"),
            alert("HighCPU", "medium", "worker-2"), alert("OldQueue", "high", "worker-1"),
        ]
        let body = String(decoding: try JSONEncoder().encode(alerts), as: UTF8.self)
        _ = try server.ask("/api/v2/alerts", ["-X", "POST", "-H", "Content-Type: application/json", "-d", body])
        // An alert's status is known once it has been dispatched.
        for _ in 0..<50 {
            let answer = try JSONDecoder().decode([Alert].self, from: Data(try server.ask("/api/v2/alerts").utf8))
            let inhibited = answer.filter { !$0.status.inhibitedBy.isEmpty }
            guard !inhibited.isEmpty else { continue }
            #expect(answer.count == 4)
            #expect(inhibited.map { "\($0.labels["alertname"] ?? "") \($0.labels["instance"] ?? "")" } == ["HighCPU worker-1"])
            return
        }
        Issue.record("nothing was inhibited")
    }
}
