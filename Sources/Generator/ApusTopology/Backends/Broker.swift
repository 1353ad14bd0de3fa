/// A RabbitMQ server of the fleet and the queues on it.
public struct Broker: FleetPart {
    /// The label `instance` of its series, and its host name among containers.
    public let name: String
    /// The version, as its container image has it.
    public let version: String
    /// The address; nil for the fleet's host.
    public let host: String?
    public let port: Int
    /// Where its own Prometheus plugin serves metrics.
    public let metricsPort: Int
    public let user: String
    /// In order of declaration.
    public let queues: [BrokerQueue]
    public let limits: ContainerLimits
    public let place: SourcePlace

    public init(
        _ name: String, version: String = "3.13", host: String? = nil, port: Int = 5672, metricsPort: Int = 15692,
        user: String = "apus", queues: [BrokerQueue],
        limits: ContainerLimits = ContainerLimits(memory: .mebibytes(512), cpus: 1),
        fileID: String = #fileID, line: Int = #line
    ) {
        self.name = name
        self.version = version
        self.host = host
        self.port = port
        self.metricsPort = metricsPort
        self.user = user
        self.queues = queues
        self.limits = limits
        place = SourcePlace(fileID: fileID, line: line)
    }
}

extension Broker {
    public var partName: String? { name }
    public var standsAlone: Bool { false }
}

extension Fleet {
    /// The RabbitMQ servers of the fleet, in order of declaration.
    public var brokers: [Broker] { parts(of: Broker.self) }
}
