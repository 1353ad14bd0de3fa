import ApusFiles
import ApusRules

/// Prometheus' configuration file (https://prometheus.io/docs/prometheus/2.42/configuration/configuration/), as far as it is
/// generated: nothing in it is newer than 2.42.
struct PrometheusConfiguration: Encodable {
    let global: Global
    let alerting: Alerting?
    let ruleFiles: [String]
    let scrapeConfigs: [ScrapeConfig]
    let remoteWrite: [RemoteWriteConfig]?

    struct Global: Encodable {
        let scrapeInterval: String
        let scrapeTimeout: String
        let evaluationInterval: String
        /// Of all that leaves this Prometheus: alerts, and samples that are sent on.
        let externalLabels: OrderedMapping

        enum CodingKeys: String, CodingKey {
            case scrapeInterval = "scrape_interval"
            case scrapeTimeout = "scrape_timeout"
            case evaluationInterval = "evaluation_interval"
            case externalLabels = "external_labels"
        }
    }

    struct Alerting: Encodable {
        let alertmanagers: [Alertmanagers]
    }

    struct Alertmanagers: Encodable {
        let staticConfigs: TargetGroups

        enum CodingKeys: String, CodingKey {
            case staticConfigs = "static_configs"
        }
    }

    struct RemoteWriteConfig: Encodable {
        let url: String
        let basicAuth: BasicAuth?

        struct BasicAuth: Encodable {
            let username: String
            let passwordFile: String

            enum CodingKeys: String, CodingKey {
                case username
                case passwordFile = "password_file"
            }
        }

        enum CodingKeys: String, CodingKey {
            case url
            case basicAuth = "basic_auth"
        }
    }

    enum CodingKeys: String, CodingKey {
        case global, alerting
        case ruleFiles = "rule_files"
        case scrapeConfigs = "scrape_configs"
        case remoteWrite = "remote_write"
    }
}
