import ApusPromQL
import ApusTopology

/// The scrape job of all agents, and so the label `job` of everything they serve.
let agentJob = "apus-agent"

/// The label `service` of an agent of a whole host, which stands for no service of the fleet.
let agentService = "apus-agent"

/// `deploy/prometheus/prometheus.yml`; its rule files are found from its own folder.
func prometheusFiles(for fleet: Fleet) throws -> [GeneratedFile] {
    let configuration = PrometheusConfiguration(
        global: .init(
            scrapeInterval: DurationText.string(fleet.scraping.interval),
            scrapeTimeout: DurationText.string(fleet.scraping.timeout),
            evaluationInterval: DurationText.string(fleet.scraping.evaluationInterval)),
        ruleFiles: try rulePaths(of: fleet).map { "../../\($0)" },
        scrapeConfigs: [
            .init(jobName: agentJob, honorLabels: true, staticConfigs: staticConfigs(for: fleet))
        ])
    return [GeneratedFile(path: "deploy/prometheus/prometheus.yml", contents: try YAMLFile.contents(configuration))]
}

/// The targets' labels, which `up` and the agents' own metrics get: those of the instance that an agent stands beside, or those
/// of an agent for itself, with its address as the instance.
private func staticConfigs(for fleet: Fleet) -> [PrometheusConfiguration.StaticConfig] {
    fleet.agentEndpoints.map { endpoint in
        let labels =
            switch fleet.agents.placement {
            case .perHost: [(TargetKey.service, agentService)]
            case .besideEachInstance:
                endpoint.instances.flatMap { [(TargetKey.service, $0.service), (TargetKey.instance, $0.instance)] }
            }
        return .init(targets: [endpoint.address], labels: OrderedMapping(labels.map { ($0.0.rawValue, $0.1) }))
    }
}
