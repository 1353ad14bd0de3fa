import AgentMetrics
/// How Prometheus scrapes the agents and evaluates the rules.
public struct Scraping: FleetPart {
    public let interval: Duration
    /// The time that one scrape may take: less than the interval, so that a slow one does not run into the next.
    public let timeout: Duration
    public let evaluationInterval: Duration
    /// Where Prometheus listens, for the datasource of the dashboards.
    public let prometheusPort: Int
    public let discovery: Discovery
    /// How long Prometheus keeps samples.
    public let retention: Duration
    /// The label `cluster` of everything that leaves Prometheus; nil for the fleet's name.
    public let cluster: String?
    public let remoteWrite: [RemoteWrite]
    /// The maximum number of series of one target.
    public let sampleLimit: Int
    public let place: SourcePlace

    /// How Prometheus finds the agents.
    public enum Discovery: String, CaseIterable, Hashable, Sendable {
        /// Prometheus has the agents in its configuration.
        case `static`
        /// Prometheus reads the agents from a file, again when that changes.
        case files
        /// Prometheus asks an agent for the list at `/targets`.
        case http
    }

    /// As many samples as an agent serves at most.
    public static let defaultSampleLimit = AgentLimits.samples

    /// - Parameters:
    ///   - interval: between two scrapes of a target.
    ///   - timeout: of one scrape; two thirds of the interval when nil, at most 10 s.
    ///   - evaluationInterval: between two evaluations of the rules; the scrape interval when nil.
    ///   - prometheusPort: on the fleet's host.
    public init(
        interval: Duration = .seconds(15), timeout: Duration? = nil, evaluationInterval: Duration? = nil,
        prometheusPort: Int = 9090, discovery: Discovery = .static, retention: Duration = .seconds(30 * 86_400),
        cluster: String? = nil, remoteWrite: [RemoteWrite] = [], sampleLimit: Int = defaultSampleLimit,
        fileID: String = #fileID,
        line: Int = #line
    ) {
        self.interval = interval
        self.timeout = timeout ?? Self.defaultTimeout(of: interval)
        self.evaluationInterval = evaluationInterval ?? interval
        self.prometheusPort = prometheusPort
        self.discovery = discovery
        self.retention = retention
        self.cluster = cluster
        self.remoteWrite = remoteWrite
        self.sampleLimit = sampleLimit
        place = SourcePlace(fileID: fileID, line: line)
    }

    private static func defaultTimeout(of interval: Duration) -> Duration {
        // In whole milliseconds, the finest duration that Prometheus reads.
        guard interval < .seconds(15) else { return .seconds(10) }
        return .milliseconds(max(Int64(interval / .milliseconds(1)) * 2 / 3, 0))
    }
}

/// A server to which Prometheus sends all samples on.
public struct RemoteWrite: Hashable, Sendable {
    public let url: String
    /// The user of basic authentication; nil for none.
    public let user: String?
    public let passwordFile: String?

    public init(url: String, user: String? = nil, passwordFile: String? = nil) {
        self.url = url
        self.user = user
        self.passwordFile = passwordFile
    }
}

extension Fleet {
    /// How Prometheus scrapes the fleet's agents and evaluates its rules.
    public var scraping: Scraping { part(of: Scraping.self) ?? Scraping() }
}

/// node_exporter on the fleet's hosts.
public struct HostMonitoring: FleetPart {
    public let exporterPort: Int
    public let place: SourcePlace

    public init(exporterPort: Int = 9100, fileID: String = #fileID, line: Int = #line) {
        self.exporterPort = exporterPort
        place = SourcePlace(fileID: fileID, line: line)
    }
}

extension HostMonitoring {
    /// The label `service` of what is served of hosts, which are no service of the fleet.
    package static let service = "node"
}

extension Fleet {
    /// What watches the fleet's hosts; nil when nobody does.
    public var hostMonitoring: HostMonitoring? { part(of: HostMonitoring.self) }
}
