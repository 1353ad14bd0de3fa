public import ApusMetrics

/// nginx, as nginx-prometheus-exporter serves it.
public enum NginxExporter {
    /// The exporter's name, the version that its families were read from, and these.
    public static let exporter = Exporter(
        name: "nginx-prometheus-exporter", version: "0.11.0",
        subsystems: [
            ("nginx", Status.families)
        ])

    /// The scrape job of all its targets, and so the label `job` of what they serve.
    public static let job = "nginx"

    /// Every family of the exporter.
    public static var families: [MetricFamily] { exporter.families }
}

extension NginxExporter {
    /// What nginx's page `stub_status` tells. The rising counts of connections have no `_total`.
    public enum Status {
        public static let up = Gauge<NoLabels>("nginx_up", "1 when the exporter could ask nginx at this scrape, else 0.")
        public static let active = Gauge<NoLabels>("nginx_connections_active", "Connections of clients, waiting ones included.")
        public static let reading = Gauge<NoLabels>(
            "nginx_connections_reading", "Connections of which nginx reads the request's head.")
        public static let writing = Gauge<NoLabels>("nginx_connections_writing", "Connections that nginx answers.")
        public static let waiting = Gauge<NoLabels>(
            "nginx_connections_waiting", "Connections that wait for their next request.")
        public static let accepted = Counter<NoLabels>("nginx_connections_accepted", "Connections accepted.")
        public static let handled = Counter<NoLabels>(
            "nginx_connections_handled", "Connections handled: fewer than accepted when a limit was reached.")
        public static let requests = Counter<NoLabels>("nginx_http_requests_total", "Requests.")
        public static let build = Gauge<BuildLabels>(
            "nginxexporter_build_info", "Always 1; the exporter's version is in the labels.")

        static let families = [
            up.family, active.family, reading.family, writing.family, waiting.family, accepted.family, handled.family,
            requests.family, build.family,
        ]
    }

    public struct BuildLabels: LabelSet {
        public enum Key: String, LabelKey {
            case version
            case commit
            case date
            case modified = "dirty"
            case language = "go"
            case architecture = "arch"
        }
        public let version: String
        /// The commit of the build; empty in Debian's package.
        public let commit: String
        /// The date of the build; empty in Debian's package.
        public let date: String
        public let modified: String
        public let language: String
        public let architecture: String
        public init(version: String, commit: String, date: String, modified: String, language: String, architecture: String) {
            self.version = version
            self.commit = commit
            self.date = date
            self.modified = modified
            self.language = language
            self.architecture = architecture
        }
        public subscript(key: Key) -> String {
            switch key {
            case .version: version
            case .commit: commit
            case .date: date
            case .modified: modified
            case .language: language
            case .architecture: architecture
            }
        }
    }
}
