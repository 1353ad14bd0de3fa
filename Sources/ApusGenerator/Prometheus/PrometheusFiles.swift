import ApusPromQL
import ApusTopology

/// The scrape job of all agents, and so the label `job` of everything they serve.
let agentJob = "apus-agent"

/// `deploy/prometheus/prometheus.yml`; its rule files are found from its own folder.
func prometheusFiles(for fleet: Fleet) throws -> [GeneratedFile] {
    let configuration = PrometheusConfiguration(
        global: .init(
            scrapeInterval: DurationText.string(fleet.scraping.interval),
            scrapeTimeout: DurationText.string(fleet.scraping.timeout),
            evaluationInterval: DurationText.string(fleet.scraping.evaluationInterval)),
        ruleFiles: ["../../\(alertRulePath)"],
        scrapeConfigs: [
            .init(jobName: agentJob, honorLabels: true, staticConfigs: staticConfigs(for: fleet))
        ])
    return [GeneratedFile(path: "deploy/prometheus/prometheus.yml", contents: try YAMLFile.contents(configuration))]
}

/// An agent beside one instance is a target with that instance's labels, which then are also on `up` and on the agent's own
/// metrics; an agent of a host stands for itself.
private func staticConfigs(for fleet: Fleet) -> [PrometheusConfiguration.StaticConfig] {
    fleet.agentEndpoints.map { endpoint in
        switch fleet.agents.placement {
        case .perHost: .init(targets: [endpoint.address], labels: nil)
        case .besideEachInstance:
            .init(
                targets: [endpoint.address],
                labels: endpoint.instances.first.map {
                    OrderedMapping([(TargetKey.service.rawValue, $0.service), (TargetKey.instance.rawValue, $0.instance)])
                })
        }
    }
}
