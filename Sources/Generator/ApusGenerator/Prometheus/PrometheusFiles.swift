import ApusDeployment
import ApusFiles
import ApusPromQL
import ApusRules
import ApusText
import ApusTopology
import ExporterCatalog

/// What Prometheus and exporters read, at the addresses of a network: the configuration, the targets that stand in files of their
/// own, the prober's modules, and the queries of PostgreSQL's exporter.
///
/// - Parameters:
///   - ruleFiles: their paths, from the output folder.
///   - folder: where they lie, below the output folder; rule files are found from there.
func prometheusFiles(
    for fleet: Fleet, ruleFiles: [String], network: FleetNetwork = .host, folder: String = "deploy/prometheus"
) throws -> [GeneratedFile] {
    let jobs = ScrapeJobs(fleet: fleet, network: network)
    let toRoot = folder.split(separator: "/").map { _ in "../" }.joined()
    let configuration = PrometheusConfiguration(
        global: .init(
            scrapeInterval: DurationText.string(fleet.scraping.interval),
            scrapeTimeout: DurationText.string(fleet.scraping.timeout),
            evaluationInterval: DurationText.string(fleet.scraping.evaluationInterval),
            externalLabels: OrderedMapping([
                ("cluster", fleet.scraping.cluster ?? fleet.name), ("environment", fleet.environment.rawValue),
            ])),
        alerting: fleet.alertmanagerEndpoint.map {
            .init(alertmanagers: [.init(staticConfigs: TargetGroups([.init(targets: [network.address(of: $0)], labels: nil)]))])
        },
        ruleFiles: ruleFiles.map { toRoot + $0 },
        scrapeConfigs: jobs.all,
        remoteWrite: fleet.scraping.remoteWrite.isEmpty ? nil : fleet.scraping.remoteWrite.map(remoteWrite))
    let parts = [
        FileOrigin(.element(["global"]), fleet.scraping.place), FileOrigin(.element(["alerting"]), fleet.routing.place),
        FileOrigin(.element(["remote_write"]), fleet.scraping.place),
    ]
    var files = [
        GeneratedFile(
            path: "\(folder)/prometheus.yml", contents: try YAMLFile.contents(configuration), origins: parts + jobs.origins)
    ]
    if fleet.scraping.discovery == .files {
        let targets = try YAMLFile.contents(jobs.agentTargets)
        files.append(
            GeneratedFile(
                path: "\(folder)/\(ScrapeJobs.agentTargetsPath)", contents: targets, origins: jobs.agentTargets.origins(at: []))
        )
    }
    if fleet.loadBalancers.contains(where: { fleet.prober(of: $0) != nil }) {
        let modules = try YAMLFile.contents(BlackboxConfiguration())
        files.append(GeneratedFile(path: "\(folder)/blackbox.yml", contents: modules))
    }
    if !fleet.databases.isEmpty {
        files.append(
            GeneratedFile(path: "\(folder)/\(postgresQueriesName)", contents: YAMLFile.notice + PostgresExporter.Queries.file))
    }
    return files
}

private func remoteWrite(_ target: RemoteWrite) -> PrometheusConfiguration.RemoteWriteConfig {
    var auth: PrometheusConfiguration.RemoteWriteConfig.BasicAuth?
    if let user = target.user, let file = target.passwordFile { auth = .init(username: user, passwordFile: file) }
    return .init(url: target.url, basicAuth: auth)
}
