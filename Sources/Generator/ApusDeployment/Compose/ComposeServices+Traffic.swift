import ApusFiles
import ApusTopology

/// nginx, its exporter, and what looks at its certificate from outside.
extension ComposeServices {
    var traffic: [Container] { fleet.loadBalancers.flatMap(containers(of:)) }

    private func containers(of balancer: LoadBalancer) -> [Container] {
        let exporter = fleet.exporter(of: balancer)
        let file = nginxConfigurationName(of: balancer, in: fleet)
        var server = container(
            images.nginx, limits: balancer.limits,
            healthcheck: ["CMD", "curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:\(balancer.statusPort)/healthz"],
            dependsOn: [])
        let behind = instances(of: [fleet.service(named: balancer.service)].compactMap(\.self))
        // One whose image has nothing that asks for its health is only waited for until it runs.
        server.dependsOn = OrderedEntries(behind.map { ($0.0, $0.1.healthcheck == nil ? .started : .healthy) })
        server.command = ["nginx", "-c", "/etc/apus/nginx/\(file)", "-g", "daemon off;"]
        server.volumes =
            [
                "./compose/nginx/\(file):/etc/apus/nginx/\(file):ro",
                "./nginx/\(NginxSnippets.folder):/etc/apus/nginx/\(NginxSnippets.folder):ro",
            ]
            + (balancer.certificate.map { Self.unique([$0.certificatePath, $0.keyPath]).map { "\($0):\($0):ro" } } ?? [])
        server.tmpfs = ["/run", "/var/cache/nginx"]
        let published = [balancer.port] + (balancer.certificate.map { [$0.port] } ?? [])
        server.ports = published.map { "\(ComposeVariable.publicAddress.reference):\($0):\($0)" }
        // The exporter lives in its network, so that others find that here.
        server.networks = OrderedEntries([(Self.network, .init(aliases: [exporter.process]))])
        // It reads its key as root, and gives its work to another user.
        server.capAdd = ["CHOWN", "SETGID", "SETUID"] + (published.contains { $0 < 1024 } ? ["NET_BIND_SERVICE"] : [])
        server.ulimits = .init(nofile: balancer.connections * 2 + 512)

        var metrics = container(
            // Its image has no program but the exporter, so that nothing in it could look: Prometheus' `up` does.
            ContainerImages.nginxExporter, limits: Self.exporterLimits, healthcheck: nil, dependsOn: [balancer.name])
        metrics.command = [
            "--web.listen-address=:\(exporter.port)",
            "--nginx.scrape-uri=http://127.0.0.1:\(balancer.statusPort)/stub_status",
        ]
        metrics.networks = nil
        metrics.networkMode = "service:\(balancer.name)"
        return [(balancer.name, server), (exporter.process, metrics)] + prober(of: balancer)
    }

    private func prober(of balancer: LoadBalancer) -> [Container] {
        guard let endpoint = fleet.prober(of: balancer) else { return [] }
        var prober = container(
            ContainerImages.blackboxExporter, limits: Self.exporterLimits, healthcheck: Self.wget(endpoint.port, "/-/healthy"))
        prober.command = [
            "--config.file=/etc/blackbox_exporter/blackbox.yml", "--web.listen-address=:\(endpoint.port)",
        ]
        prober.volumes = ["\(ComposeFiles.prometheusMount)/blackbox.yml:/etc/blackbox_exporter/blackbox.yml:ro"]
        return [(endpoint.process, prober)]
    }

    private static func unique(_ paths: [String]) -> [String] {
        paths.count == 2 && paths[0] == paths[1] ? [paths[0]] : paths
    }
}
