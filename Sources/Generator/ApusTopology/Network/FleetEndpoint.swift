/// A port of the fleet where something listens: what, at which host, and where that was declared.
public struct FleetEndpoint: Hashable, Sendable {
    /// What is served there; the raw values are for people.
    public enum Kind: String, CaseIterable, Hashable, Sendable {
        case instance, agent, prometheus, alertmanager
        case agentReports = "agent reports"
        case page = "page of metrics"
        case hostExporter = "host exporter"
        case database
        case databaseExporter = "database exporter"
        case pooler
        case poolerExporter = "pooler exporter"
        case broker
        case brokerMetrics = "broker metrics"
        case cache
        case cacheExporter = "cache exporter"
        case loadBalancer = "load balancer"
        case loadBalancerTLS = "load balancer TLS"
        case loadBalancerStatus = "load balancer status"
        case loadBalancerExporter = "load balancer exporter"
        case prober
    }

    public let kind: Kind
    /// The instance or server that the port belongs to, and the label `instance` of what is scraped there.
    public let owner: String
    /// The process that listens, as a host name among containers.
    public let process: String
    /// The host's name or address.
    public let host: String
    public let port: Int
    public let place: SourcePlace

    init(_ kind: Kind, of owner: String, process: String? = nil, host: String, port: Int, place: SourcePlace) {
        self.kind = kind
        self.owner = owner
        self.process = process ?? owner
        self.host = host
        self.port = port
        self.place = place
    }

    /// The holder of the port as people call it: `postgres`, `the exporter of postgres`.
    public var holder: String {
        switch kind {
        case .instance, .database, .pooler, .broker, .cache, .loadBalancer: owner
        case .agent: owner == process ? "the agent" : "the agent of \(owner)"
        case .agentReports: "the reports over HTTP"
        case .page: "the page of \(owner)"
        case .prometheus: "Prometheus"
        case .alertmanager: "Alertmanager"
        case .hostExporter: "the exporter of the host"
        case .databaseExporter, .poolerExporter, .cacheExporter, .loadBalancerExporter: "the exporter of \(owner)"
        case .brokerMetrics: "the metrics of \(owner)"
        case .loadBalancerTLS: "the TLS of \(owner)"
        case .loadBalancerStatus: "the status page of \(owner)"
        case .prober: "the prober of \(owner)"
        }
    }
}

/// How the parts of a fleet reach one another.
///
/// Files for both say the same of every port, and differ in the hosts alone.
public enum FleetNetwork: String, CaseIterable, Hashable, Sendable {
    /// Parts reach one another by the addresses of the hosts that they were declared at.
    case host
    /// Parts reach one another by the names of their containers, each of which has the name of its process.
    case containers

    /// The name of the host or the container that an endpoint is at.
    public func host(of endpoint: FleetEndpoint) -> String {
        switch self {
        case .host: endpoint.host
        case .containers: endpoint.process
        }
    }

    /// The address of an endpoint, as `host:port`.
    public func address(of endpoint: FleetEndpoint) -> String { "\(host(of: endpoint)):\(endpoint.port)" }
}
