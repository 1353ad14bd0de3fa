/// A job of Prometheus: how its targets are found and scraped.
struct ScrapeConfig: Encodable {
    let jobName: String
    /// Whether labels of the exposition win over those of the target, since only agents speak for others; nil when they do not.
    var honorLabels: Bool?
    /// The path of the exposition; nil for `/metrics`.
    var metricsPath: String?
    var params: [String: [String]]?
    /// The maximum number of series of a target; Prometheus takes none of one that has more, and shows it as down.
    let sampleLimit: Int
    var staticConfigs: TargetGroups?
    var fileSDConfigs: [FileDiscovery]?
    var httpSDConfigs: [HTTPDiscovery]?

    struct FileDiscovery: Encodable {
        let files: [String]
    }

    struct HTTPDiscovery: Encodable {
        let url: String
    }

    enum CodingKeys: String, CodingKey {
        case jobName = "job_name"
        case honorLabels = "honor_labels"
        case metricsPath = "metrics_path"
        case params
        case sampleLimit = "sample_limit"
        case staticConfigs = "static_configs"
        case fileSDConfigs = "file_sd_configs"
        case httpSDConfigs = "http_sd_configs"
    }
}
