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
                // The first time it sends the alert, it may not have discovered Alertmanager.
                "--web.listen-address=127.0.0.1:\(port)", "--rules.alert.resend-delay=1s",
                "--storage.remote.flush-deadline=1ms",
            ]
        }
        defer { prometheus.stop() }
        try LiveCatalog(exporter: PrometheusServer.exporter).expect { try prometheus.scrape() }
        try LiveCatalog(exporter: AlertmanagerServer.exporter).expect { try alertmanager.scrape() }
        let received = "\nalertmanager_alerts_received_total{status=\"firing\",version=\"v2\"} "
        let arrived = try comesTrue(within: .seconds(20)) {
            let text = try alertmanager.scrape()
            return text.contains(received) && !text.contains("\(received)0\n")
        }
        #expect(arrived)
    }
}
