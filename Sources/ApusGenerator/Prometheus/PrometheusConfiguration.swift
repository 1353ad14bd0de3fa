/// Prometheus' configuration file (https://prometheus.io/docs/prometheus/2.42/configuration/configuration/), as far as it is
/// generated.
struct PrometheusConfiguration: Encodable {
    let global: Global
    let ruleFiles: [String]
    let scrapeConfigs: [ScrapeConfig]

    struct Global: Encodable {
        let scrapeInterval: String
        let scrapeTimeout: String
        let evaluationInterval: String

        enum CodingKeys: String, CodingKey {
            case scrapeInterval = "scrape_interval"
            case scrapeTimeout = "scrape_timeout"
            case evaluationInterval = "evaluation_interval"
        }
    }

    struct ScrapeConfig: Encodable {
        let jobName: String
        /// Labels of the exposition win over those of the target: one agent speaks for many instances.
        let honorLabels: Bool
        let staticConfigs: [StaticConfig]

        enum CodingKeys: String, CodingKey {
            case jobName = "job_name"
            case honorLabels = "honor_labels"
            case staticConfigs = "static_configs"
        }
    }

    struct StaticConfig: Encodable {
        let targets: [String]
        /// Added to what the targets' series lack.
        let labels: OrderedMapping
    }

    enum CodingKeys: String, CodingKey {
        case global
        case ruleFiles = "rule_files"
        case scrapeConfigs = "scrape_configs"
    }
}
