public import ApusMetrics

/// What RabbitMQ servers say of themselves and of their queues that the agent asks.
public enum ProbedRabbitMQ: MetricSubsystem {
    public static let queueMessages = Gauge<RabbitMQQueueMessageLabels>(
        "rabbitmq_server_queue_messages",
        "Messages of a queue of the RabbitMQ: those that wait for a consumer, and those that one has not acknowledged.")
    public static let queueConsumers = Gauge<RabbitMQQueueLabels>(
        "rabbitmq_server_queue_consumers", "Consumers of a queue of the RabbitMQ.")
    public static let messages = Gauge<RabbitMQMessageLabels>(
        "rabbitmq_server_messages",
        "Messages of all queues of the RabbitMQ: those that wait for a consumer, and those that one has not acknowledged.")
    public static let queues = Gauge<NoLabels>("rabbitmq_server_queues", "Queues that the RabbitMQ has.")
    public static let queuesListed = Gauge<NoLabels>(
        "rabbitmq_server_queues_listed",
        "Queues of the RabbitMQ that the probe sees: those of its virtual host and its names that its user may see.")
    public static let connections = Gauge<NoLabels>("rabbitmq_server_connections", "Connections of clients of the RabbitMQ.")
    public static let channels = Gauge<NoLabels>("rabbitmq_server_channels", "Channels of clients of the RabbitMQ.")
    public static let consumers = Gauge<NoLabels>("rabbitmq_server_consumers", "Consumers of all queues of the RabbitMQ.")
    public static let nodeRunning = Gauge<RabbitMQNodeLabels>(
        "rabbitmq_server_node_running", "1 while a node of the cluster of the RabbitMQ runs, else 0.")
    public static let alarm = Gauge<RabbitMQAlarmLabels>(
        "rabbitmq_server_alarm",
        "1 while a node of the RabbitMQ lacks memory or room on its disk, and takes no messages from anybody, else 0.")

    public static let title = "RabbitMQ servers"
    public static let origin = MetricOrigin.probe
    public static let families = [
        queueMessages.family, queueConsumers.family, messages.family, queues.family, queuesListed.family, connections.family,
        channels.family, consumers.family, nodeRunning.family, alarm.family,
    ]
}

/// What a message of a queue is about.
public enum RabbitMQMessageState: String, CaseIterable, Sendable {
    /// It waits for a consumer.
    case ready
    /// A consumer has it, and has not acknowledged it.
    case unacknowledged
}

/// What a node lacks.
public enum RabbitMQResource: String, CaseIterable, Sendable {
    case memory, disk
}

public struct RabbitMQQueueLabels: LabelSet {
    public enum Key: String, LabelKey { case vhost, queue }
    public let vhost: String
    public let queue: String
    public init(vhost: String, queue: String) {
        self.vhost = vhost
        self.queue = queue
    }
    public subscript(key: Key) -> String {
        switch key {
        case .vhost: vhost
        case .queue: queue
        }
    }
}

public struct RabbitMQQueueMessageLabels: LabelSet {
    public enum Key: String, LabelKey { case vhost, queue, state }
    public let vhost: String
    public let queue: String
    public let state: RabbitMQMessageState
    public init(vhost: String, queue: String, state: RabbitMQMessageState) {
        self.vhost = vhost
        self.queue = queue
        self.state = state
    }
    public subscript(key: Key) -> String {
        switch key {
        case .vhost: vhost
        case .queue: queue
        case .state: state.rawValue
        }
    }
}

public struct RabbitMQMessageLabels: LabelSet {
    public enum Key: String, LabelKey { case state }
    public let state: RabbitMQMessageState
    public init(state: RabbitMQMessageState) { self.state = state }
    public subscript(key: Key) -> String { state.rawValue }
}

public struct RabbitMQNodeLabels: LabelSet {
    public enum Key: String, LabelKey { case node }
    public let node: String
    public init(node: String) { self.node = node }
    public subscript(key: Key) -> String { node }
}

public struct RabbitMQAlarmLabels: LabelSet {
    public enum Key: String, LabelKey { case node, resource }
    public let node: String
    public let resource: RabbitMQResource
    public init(node: String, resource: RabbitMQResource) {
        self.node = node
        self.resource = resource
    }
    public subscript(key: Key) -> String {
        switch key {
        case .node: node
        case .resource: resource.rawValue
        }
    }
}
