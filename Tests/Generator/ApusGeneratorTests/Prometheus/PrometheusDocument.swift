import ApusFiles
import ApusGenerator
import ApusTopology
import Testing
import Yams

/// A generated configuration of Prometheus, read back.
struct PrometheusDocument: Decodable {
    struct Global: Decodable, Equatable {
        let scrapeInterval: String
        let scrapeTimeout: String
        let evaluationInterval: String
        let externalLabels: [String: String]

        enum CodingKeys: String, CodingKey {
            case scrapeInterval = "scrape_interval"
            case scrapeTimeout = "scrape_timeout"
            case evaluationInterval = "evaluation_interval"
            case externalLabels = "external_labels"
        }
    }

    struct Job: Decodable {
        let name: String
        let honorLabels: Bool?
        let metricsPath: String?
        let params: [String: [String]]?
        let sampleLimit: Int
        let targets: [Targets]?
        let fileDiscovery: [[String: [String]]]?
        let httpDiscovery: [[String: String]]?

        enum CodingKeys: String, CodingKey {
            case name = "job_name"
            case honorLabels = "honor_labels"
            case metricsPath = "metrics_path"
            case params
            case sampleLimit = "sample_limit"
            case targets = "static_configs"
            case fileDiscovery = "file_sd_configs"
            case httpDiscovery = "http_sd_configs"
        }
    }

    struct Targets: Decodable, Equatable {
        let targets: [String]
        let labels: [String: String]?
    }

    struct Alerting: Decodable {
        let alertmanagers: [[String: [Targets]]]
    }

    struct RemoteWrite: Decodable {
        let url: String
        let auth: [String: String]?

        enum CodingKeys: String, CodingKey {
            case url
            case auth = "basic_auth"
        }
    }

    let global: Global
    let alerting: Alerting?
    let ruleFiles: [String]
    let jobs: [Job]
    let remoteWrite: [RemoteWrite]?

    enum CodingKeys: String, CodingKey {
        case global, alerting
        case ruleFiles = "rule_files"
        case jobs = "scrape_configs"
        case remoteWrite = "remote_write"
    }

    init(_ fleet: Fleet) throws {
        let file = try #require(try FileKind.prometheus.files(for: fleet).first { $0.path.hasSuffix("/prometheus.yml") })
        self = try YAMLDecoder().decode(Self.self, from: file.contents)
    }

    subscript(job: String) -> Job? { jobs.first { $0.name == job } }
}
