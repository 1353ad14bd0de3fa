import AgentMetrics
import ApusFiles
import ApusPromQL
import ApusTopology
import ExporterCatalog

/// What Prometheus scrapes of a fleet: each job with its targets, at the addresses of a network.
///
/// Servers have their declared name as the labels `service` and `instance`, so that no address is in a series.
struct ScrapeJobs {
    let fleet: Fleet
    let network: FleetNetwork

    /// Of servers that the fleet does not have there is no job.
    var all: [ScrapeConfig] {
        let agents = [agentScrapes]
        let backends = [
            job(PostgresExporter.job, fleet.databases.map(fleet.exporter(of:))),
            job(PgBouncerExporter.job, fleet.databases.compactMap(fleet.poolerExporter(of:))),
            job(RabbitMQPlugin.job, fleet.brokers.map(fleet.metricsEndpoint(of:))), brokerQueues,
            job(RedisExporter.job, fleet.caches.map(fleet.exporter(of:))),
            job(NginxExporter.job, fleet.loadBalancers.map(fleet.exporter(of:))),
        ]
        let surroundings = [
            job(NodeExporter.job, [fleet.hostExporter].compactMap(\.self)),
            job(PrometheusServer.job, [fleet.prometheusEndpoint]),
            job(AlertmanagerServer.job, [fleet.alertmanagerEndpoint].compactMap(\.self)),
        ]
        return (agents + backends + [certificates] + surroundings).compactMap(\.self)
    }

    /// The declarations that the targets of each job follow from.
    var origins: [FileOrigin] {
        all.enumerated().flatMap { index, job in
            job.staticConfigs?.origins(at: ["scrape_configs", String(index), "static_configs"]) ?? []
        }
    }

    // MARK: - Agents

    private var agentScrapes: ScrapeConfig {
        var config = ScrapeConfig(jobName: Agents.job, honorLabels: true, sampleLimit: fleet.scraping.sampleLimit)
        switch fleet.scraping.discovery {
        case .static: config.staticConfigs = agentTargets
        case .files: config.fileSDConfigs = [.init(files: [Self.agentTargetsPath])]
        case .http:
            config.httpSDConfigs = fleet.agentEndpoints.map { agent in
                .init(url: "http://\(network.address(of: fleet.endpoint(of: agent)))/targets")
            }
        }
        return config
    }

    /// From the folder of Prometheus' configuration.
    static let agentTargetsPath = "targets/\(Agents.job).yml"

    /// Their labels go to `up` and to the agents' own metrics: those of the instance that an agent stands beside, or those of an
    /// agent for itself, with its address as the instance.
    var agentTargets: TargetGroups {
        let groups = fleet.agentEndpoints.map { agent in
            let labels: [(TargetKey, String)] =
                switch fleet.agents.placement {
                case .perHost: [(.service, InstanceIdentity.agentService)]
                case .besideEachInstance:
                    agent.instances.flatMap { [(.service, $0.service), (.instance, $0.instance)] }
                }
            return TargetGroup(
                targets: [network.address(of: fleet.endpoint(of: agent))],
                labels: OrderedMapping(labels.map { ($0.0.rawValue, $0.1) }), place: agent.place)
        }
        return TargetGroups(groups)
    }

    // MARK: - Servers

    /// Nil without targets.
    private func job(_ name: String, _ endpoints: [FleetEndpoint]) -> ScrapeConfig? {
        guard !endpoints.isEmpty else { return nil }
        return ScrapeConfig(
            jobName: name, sampleLimit: fleet.scraping.sampleLimit,
            staticConfigs: TargetGroups(
                endpoints.map { TargetGroup(targets: [network.address(of: $0)], labels: labels(of: $0), place: $0.place) }))
    }

    private func labels(of endpoint: FleetEndpoint) -> OrderedMapping {
        // A host is no service: who watches it is.
        let service = endpoint.kind == .hostExporter ? HostMonitoring.service : endpoint.owner
        return OrderedMapping([(TargetKey.service.rawValue, service), (TargetKey.instance.rawValue, endpoint.owner)])
    }

    /// The figures of each queue, which come from another page than the broker's usual metrics.
    private var brokerQueues: ScrapeConfig? {
        var config = job(RabbitMQPlugin.QueueDetails.job, fleet.brokers.map(fleet.metricsEndpoint(of:)))
        config?.metricsPath = RabbitMQPlugin.DetailedPage.path
        config?.params = [RabbitMQPlugin.DetailedPage.parameter: RabbitMQPlugin.QueueDetails.page.groups]
        return config
    }

    /// Where TLS is served, as the prober beside it sees it from outside: the target is asked of the prober.
    private var certificates: ScrapeConfig? {
        let probes = fleet.loadBalancers.compactMap { balancer in
            fleet.tlsEndpoint(of: balancer).flatMap { target in fleet.prober(of: balancer).map { (target, $0) } }
        }
        guard !probes.isEmpty else { return nil }
        return ScrapeConfig(
            jobName: BlackboxExporter.job, metricsPath: "/probe", params: ["module": [BlackboxConfiguration.certificateModule]],
            sampleLimit: fleet.scraping.sampleLimit,
            staticConfigs: TargetGroups(
                probes.map { target, prober in
                    let asked = OrderedMapping(labels(of: target).pairs + [("__param_target", network.address(of: target))])
                    return TargetGroup(targets: [network.address(of: prober)], labels: asked, place: target.place)
                }))
    }
}
