import ApusMetrics
import ExporterCatalog
import Foundation
import HostTesting
import ServerTesting
import Testing

@Suite struct NodeExporterTests {
    private static let package = "prometheus-node-exporter"

    /// What a machine serves that has something: its families, and the file that tells it has.
    private static let conditions: [(families: [String], file: String)] = [
        (names(startingWith: "node_pressure_"), "/proc/pressure/cpu"),
        (
            [NodeExporter.Network.trackedConnections.name, NodeExporter.Network.trackedConnectionsLimit.name],
            "/proc/sys/net/netfilter/nf_conntrack_count"
        ),
    ]

    @Test func `a machine serves what is declared`() throws {
        let folder = try TemporaryFolder()
        try folder.write("backup_age_seconds 1\n", to: "backup.prom")
        let exporter = try ExporterProcess("prometheus-node-exporter", of: Self.package) {
            ["--web.listen-address=127.0.0.1:\($0)", "--collector.textfile.directory=\(folder.path)"]
        }
        defer { exporter.stop() }
        var absent = Dictionary(
            names(startingWith: "node_systemd_").map { ($0, "no systemd runs here") }, uniquingKeysWith: { first, _ in first })
        for (families, file) in Self.conditions where !FileManager.default.fileExists(atPath: file) {
            for family in families { absent[family] = "there is no \(file)" }
        }
        for family in names(startingWith: "node_md_") { absent[family] = "there is no RAID" }
        // Of virtual interfaces the driver may tell no speed.
        absent[NodeExporter.Network.speed.name] = "no driver tells a speed"
        try LiveCatalog(exporter: NodeExporter.exporter, absent: absent).expect { try exporter.scrape() }
    }

    @Test func `a machine with RAID serves what is declared of its arrays`() throws {
        let kernel = try TemporaryFolder()
        try kernel.write(
            """
            Personalities : [raid1]
            md0 : active raid1 sdb1[1] sda1[0](F)
                  1046528 blocks super 1.2 [2/1] [_U]

            unused devices: <none>

            """, to: "mdstat")
        let exporter = try ExporterProcess("prometheus-node-exporter", of: Self.package) {
            [
                "--web.listen-address=127.0.0.1:\($0)", "--collector.disable-defaults", "--collector.mdadm",
                "--path.procfs=\(kernel.path)",
            ]
        }
        defer { exporter.stop() }
        try LiveCatalog(exporter: NodeExporter.exporter, parts: ["RAID"]).expect { try exporter.scrape() }
    }

    @Test func `a machine with systemd serves what is declared of units`() throws {
        let host = try BootedHost()
        let started = [
            try host.run(["systemd-run", "--on-active=1h", "--unit=later", "true"]),
            try host.run([
                "systemd-run", "--unit=exporter", "prometheus-node-exporter", "--collector.disable-defaults",
                "--collector.systemd", "--collector.systemd.enable-restarts-metrics",
                "--collector.systemd.enable-start-time-metrics", "--web.listen-address=127.0.0.1:9100",
            ]),
        ]
        #expect(started.allSatisfy { $0.status == 0 }, "\(started)")
        try LiveCatalog(exporter: NodeExporter.exporter, parts: ["Units of systemd"]).expect {
            try host.run(["curl", "--silent", "http://127.0.0.1:9100/metrics"]).output
        }
    }
}

private func names(startingWith prefix: String) -> [String] {
    NodeExporter.families.map(\.name).filter { $0.hasPrefix(prefix) }
}
