public import ApusMetrics

extension RabbitMQPlugin {
    /// Connections and channels, and how fast they come and go.
    public enum Connections {
        public static let connections = Gauge<NoLabels>("rabbitmq_connections", "Open connections.")
        public static let channels = Gauge<NoLabels>("rabbitmq_channels", "Open channels.")
        public static let consumers = Gauge<NoLabels>("rabbitmq_consumers", "Consumers.")
        public static let queues = Gauge<NoLabels>("rabbitmq_queues", "Queues.")
        public static let connectionsOpened = Counter<NoLabels>("rabbitmq_connections_opened_total", "Connections opened.")
        public static let connectionsClosed = Counter<NoLabels>("rabbitmq_connections_closed_total", "Connections closed.")
        public static let channelsOpened = Counter<NoLabels>("rabbitmq_channels_opened_total", "Channels opened.")
        public static let channelsClosed = Counter<NoLabels>("rabbitmq_channels_closed_total", "Channels closed.")
        public static let queuesDeclared = Counter<NoLabels>(
            "rabbitmq_queues_declared_total", "Times that a queue was declared.")
        public static let queuesCreated = Counter<NoLabels>("rabbitmq_queues_created_total", "Queues made.")
        public static let queuesDeleted = Counter<NoLabels>("rabbitmq_queues_deleted_total", "Queues deleted.")
        public static let authenticationAttempts = Counter<ProtocolLabels>(
            "rabbitmq_auth_attempts_total", "Attempts to log in, once there was one.")
        public static let authenticationFailures = Counter<ProtocolLabels>(
            "rabbitmq_auth_attempts_failed_total", "Failed attempts to log in, once there was an attempt.")

        static let families = [
            connections.family, channels.family, consumers.family, queues.family, connectionsOpened.family,
            connectionsClosed.family, channelsOpened.family, channelsClosed.family, queuesDeclared.family,
            queuesCreated.family, queuesDeleted.family, authenticationAttempts.family, authenticationFailures.family,
        ]
    }

    public struct ProtocolLabels: LabelSet {
        public enum Key: String, LabelKey {
            case protocolName = "protocol"
        }
        /// `amqp091`, `mqtt310` and others.
        public let protocolName: String
        public init(protocolName: String) {
            self.protocolName = protocolName
        }
        public subscript(key: Key) -> String { protocolName }
    }
}
