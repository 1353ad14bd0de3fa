/// A RabbitMQ server of the fleet and the queues on it.
public struct Broker: FleetPart {
    /// The label `instance` of its series, and its host name among containers.
    public let name: String
    /// The version of the server, as its container image has it.
    public let version: String
    /// The address of the server; nil for the fleet's host.
    public let host: String?
    public let port: Int
    /// The port at which its own Prometheus plugin serves metrics.
    public let metricsPort: Int
    public let user: String
    /// The queues of the broker, in order of declaration.
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

/// A queue of a broker.
public struct BrokerQueue: Hashable, Sendable {
    public let name: String
    /// The service whose instances take from it.
    public let consumers: String
    /// The maximum number of messages that a consumer holds without having acknowledged them.
    public let prefetch: Int
    /// The number of messages past which the broker refuses more; nil for no limit.
    public let maxLength: Int?
    public let place: SourcePlace

    public init(
        _ name: String, consumers: String, prefetch: Int = 50, maxLength: Int? = nil, fileID: String = #fileID,
        line: Int = #line
    ) {
        self.name = name
        self.consumers = consumers
        self.prefetch = prefetch
        self.maxLength = maxLength
        place = SourcePlace(fileID: fileID, line: line)
    }
}
