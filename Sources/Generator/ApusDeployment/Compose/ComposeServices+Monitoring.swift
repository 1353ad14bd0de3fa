import ApusFiles
import ApusPromQL
import ApusText
import ApusTopology

/// Prometheus, Alertmanager, Grafana, and what watches the host.
extension ComposeServices {
    var monitoring: [Container] { [prometheus] + [alertmanager, hostExporter].compactMap(\.self) + [grafana] }

    private var prometheus: Container {
        let endpoint = fleet.prometheusEndpoint
        var service = container(
            images.prometheus, limits: ContainerLimits(memory: .mebibytes(2048), cpus: 2),
            healthcheck: Self.wget(endpoint.port, "/-/ready"),
            dependsOn: fleet.agents.placement == .perHost ? fleet.agentEndpoints.map(\.name) : [])
        // The configuration finds the rules by a path from its own folder.
        service.command = [
            "--config.file=/etc/apus/deploy/compose/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus",
            "--storage.tsdb.retention.time=\(DurationText.string(fleet.scraping.retention))",
            "--web.listen-address=:\(endpoint.port)",
        ]
        service.volumes = [
            "./compose/prometheus:/etc/apus/deploy/compose/prometheus:ro", "../rules:/etc/apus/rules:ro",
            "prometheus:/prometheus",
        ]
        service.ports = [Self.operatorPort(endpoint.port)]
        service.stopGracePeriod = "60s"
        let files = fleet.scraping.remoteWrite.compactMap(\.passwordFile)
        service.secrets = files.isEmpty ? nil : ComposeSecrets.mounts(of: files)
        return (endpoint.process, service)
    }

    private var alertmanager: Container? {
        fleet.alertmanagerEndpoint.map { endpoint in
            var service = container(
                images.alertmanager, limits: ContainerLimits(memory: .mebibytes(256), cpus: 0.5),
                healthcheck: Self.wget(endpoint.port, "/-/ready"))
            service.command = [
                "--config.file=/etc/alertmanager/alertmanager.yml", "--storage.path=/alertmanager",
                "--web.listen-address=:\(endpoint.port)", "--cluster.listen-address=",
            ]
            service.volumes = [
                "./alertmanager:/etc/alertmanager:ro", "alertmanager:/alertmanager",
            ]
            service.ports = [Self.operatorPort(endpoint.port)]
            let files = ComposeSecrets.files(of: fleet.routing)
            service.secrets = files.isEmpty ? nil : ComposeSecrets.mounts(of: files)
            return (endpoint.process, service)
        }
    }

    /// It sees the host's processors, memory and file systems; of networks it sees its own.
    private var hostExporter: Container? {
        fleet.hostExporter.map { endpoint in
            var service = container(
                ContainerImages.nodeExporter, limits: Self.exporterLimits, healthcheck: Self.wget(endpoint.port, "/metrics"))
            service.command = [
                "--web.listen-address=:\(endpoint.port)", "--path.rootfs=/host",
                "--collector.filesystem.mount-points-exclude=^/(dev|proc|run|sys)($$|/)", "--collector.systemd",
            ]
            service.pid = "host"
            // It asks systemd on the host's bus.
            service.volumes = [
                "/:/host:ro,rslave", "/run/dbus/system_bus_socket:/var/run/dbus/system_bus_socket:ro",
            ]
            return (endpoint.process, service)
        }
    }

    /// No part of the fleet's declaration: people look at it, nothing scrapes it.
    static let grafanaPort = 3000

    private var grafana: Container {
        var service = container(
            images.grafana, limits: ContainerLimits(memory: .mebibytes(512), cpus: 1),
            healthcheck: Self.wget(Self.grafanaPort, "/api/health"), dependsOn: [fleet.prometheusEndpoint.process])
        service.environment = OrderedMapping([
            ("GF_SERVER_HTTP_PORT", "\(Self.grafanaPort)"), ("GF_ANALYTICS_REPORTING_ENABLED", "false"),
            ("GF_ANALYTICS_CHECK_FOR_UPDATES", "false"), ("GF_USERS_ALLOW_SIGN_UP", "false"),
            ("GF_SECURITY_ADMIN_PASSWORD__FILE", "/run/secrets/\(ComposeSecrets.grafanaPassword)"),
        ])
        service.secrets = [ComposeSecrets.mount(ComposeSecrets.grafanaPassword)]
        service.volumes = [
            "./compose/grafana/datasources:/etc/grafana/provisioning/datasources:ro",
            "./grafana/provisioning/dashboards:/etc/grafana/provisioning/dashboards:ro",
            "../dashboards:/var/lib/grafana/dashboards:ro", "grafana:/var/lib/grafana",
        ]
        service.tmpfs = ["/tmp"]
        service.ports = [Self.operatorPort(Self.grafanaPort)]
        return ("grafana", service)
    }
}
