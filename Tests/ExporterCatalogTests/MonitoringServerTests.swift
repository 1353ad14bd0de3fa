import ExporterCatalog
import HostTesting
import ServerTesting
import Testing

/// Prometheus and Alertmanager watch themselves.
@Suite struct MonitoringServerTests {
    @Test func `Prometheus and Alertmanager serve what is declared, once an alert went from one to the other`() throws {
        let folder = try TemporaryFolder()
        try folder.write("route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n", to: "alertmanager.yml")
        let alertmanager = try ExporterProcess("prometheus-alertmanager", of: "prometheus-alertmanager") {
            [
                "--config.file=\(folder.path("alertmanager.yml"))", "--storage.path=\(folder.path("alertmanager"))",
                "--web.listen-address=127.0.0.1:\($0)", "--cluster.listen-address=127.0.0.1:0",
                "--cluster.advertise-address=127.0.0.1:1",
            ]
        }
        defer { alertmanager.stop() }
        try folder.write(
            "groups: [{ name: always, rules: [{ alert: Always, expr: vector(1) }] }]\n", to: "rules.yml")
        // Nobody listens where samples are written to, which is enough for their counts.
        let nowhere = try LoopbackPort.free()
        let prometheus = try ExporterProcess("prometheus", of: "prometheus") { port in
            try? folder.write(
                """
                global: { scrape_interval: 1s, evaluation_interval: 1s }
                rule_files: [rules.yml]
                alerting: { alertmanagers: [{ static_configs: [{ targets: ["127.0.0.1:\(alertmanager.port)"] }] }] }
                scrape_configs: [{ job_name: prometheus, static_configs: [{ targets: ["127.0.0.1:\(port)"] }] }]
                remote_write: [{ url: "http://127.0.0.1:\(nowhere)/" }]
                """, to: "prometheus.yml")
            return [
                "--config.file=\(folder.path("prometheus.yml"))", "--storage.tsdb.path=\(folder.path("prometheus"))",
                "--web.listen-address=127.0.0.1:\(port)",
            ]
        }
        defer { prometheus.stop() }
        try LiveCatalog(families: PrometheusServer.families).expect { try prometheus.scrape() }
        try LiveCatalog(families: AlertmanagerServer.families).expect { try alertmanager.scrape() }
        _ = try BootedHost.wait(.seconds(20)) { try alertmanager.scrape().contains("alertmanager_alerts{state=\"active\"} 1") }
        #expect(try alertmanager.scrape().contains("alertmanager_alerts{state=\"active\"} 1"))
    }
}
