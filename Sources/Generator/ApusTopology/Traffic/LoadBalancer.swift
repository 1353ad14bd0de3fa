/// An nginx in front of an API.
public struct LoadBalancer: FleetPart {
    /// How a load balancer chooses among the instances.
    public enum Balancing: String, CaseIterable, Hashable, Sendable {
        case roundRobin = "round_robin"
        case leastConnections = "least_conn"
    }

    /// The label `instance` of its series, and its host name among containers.
    public let name: String
    /// The service whose instances it leads to; its role is ``ServiceRole/api``.
    public let service: String
    /// The names under which clients reach it.
    public let serverNames: [String]
    public let port: Int
    /// The certificate for TLS; nil for plain HTTP alone.
    public let certificate: Certificate?
    public let balancing: Balancing
    /// The limits on requests, checked in order of declaration; the paths of each are distinct.
    public let rateZones: [RateZone]
    /// The paths whose connections are upgraded to WebSockets.
    public let webSocketPaths: [String]
    /// The requests per second at the fleet's busiest, which rate zones and connections must let through.
    public let peakRequests: Int
    /// The maximum number of connections of one worker process (`worker_connections`).
    public let connections: Int
    /// The number of idle connections to the instances that each worker process keeps.
    public let keepalive: Int
    /// The port of its status page, which it serves to its own host only.
    public let statusPort: Int
    /// The port at which nginx-prometheus-exporter serves its metrics.
    public let exporterPort: Int
    public let limits: ContainerLimits
    public let place: SourcePlace

    public init(
        _ name: String = "nginx", service: String, serverNames: [String] = ["_"], port: Int = 8080,
        certificate: Certificate? = nil, balancing: Balancing = .leastConnections, rateZones: [RateZone] = RateZone.usual,
        webSocketPaths: [String] = [], peakRequests: Int = 100, connections: Int = 4096, keepalive: Int = 32,
        statusPort: Int = 8081, exporterPort: Int = 9113,
        limits: ContainerLimits = ContainerLimits(memory: .mebibytes(128), cpus: 1), fileID: String = #fileID, line: Int = #line
    ) {
        self.name = name
        self.service = service
        self.serverNames = serverNames
        self.port = port
        self.certificate = certificate
        self.balancing = balancing
        self.rateZones = rateZones
        self.webSocketPaths = webSocketPaths
        self.peakRequests = peakRequests
        self.connections = connections
        self.keepalive = keepalive
        self.statusPort = statusPort
        self.exporterPort = exporterPort
        self.limits = limits
        place = SourcePlace(fileID: fileID, line: line)
    }
}

extension LoadBalancer {
    public var partName: String? { name }
    public var standsAlone: Bool { false }
}

extension Fleet {
    /// The load balancers of the fleet, in order of declaration.
    public var loadBalancers: [LoadBalancer] { parts(of: LoadBalancer.self) }
}

/// A TLS certificate and its key, by their paths.
public struct Certificate: Hashable, Sendable {
    public let certificatePath: String
    public let keyPath: String
    /// The port at which TLS is served.
    public let port: Int
    /// The port of the blackbox_exporter that looks at the certificate from outside, for its expiry; nil when nobody does.
    public let proberPort: Int?

    public init(certificatePath: String, keyPath: String, port: Int = 8443, proberPort: Int? = 9115) {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
        self.port = port
        self.proberPort = proberPort
    }
}
