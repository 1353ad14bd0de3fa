public import ApusMetrics

extension RabbitMQPlugin {
    /// Messages by protocol and type of queue, counted since the node started.
    public enum Messages {
        public static let received = Counter<ProtocolLabels>(
            "rabbitmq_global_messages_received_total", "Messages from publishers.")
        public static let receivedToConfirm = Counter<ProtocolLabels>(
            "rabbitmq_global_messages_received_confirm_total", "Messages from publishers that want a confirmation.")
        public static let confirmed = Counter<ProtocolLabels>(
            "rabbitmq_global_messages_confirmed_total", "Messages confirmed to their publishers.")
        public static let routed = Counter<ProtocolLabels>(
            "rabbitmq_global_messages_routed_total", "Messages that went to a queue or stream.")
        public static let unroutableDropped = Counter<ProtocolLabels>(
            "rabbitmq_global_messages_unroutable_dropped_total", "Messages that no queue took and that were dropped.")
        public static let unroutableReturned = Counter<ProtocolLabels>(
            "rabbitmq_global_messages_unroutable_returned_total", "Messages that no queue took and that went back.")
        public static let delivered = Counter<QueueTypeLabels>(
            "rabbitmq_global_messages_delivered_total", "Messages delivered to consumers.")
        public static let deliveredToAcknowledge = Counter<QueueTypeLabels>(
            "rabbitmq_global_messages_delivered_consume_manual_ack_total", "Messages delivered to consumers that acknowledge.")
        public static let deliveredUnacknowledged = Counter<QueueTypeLabels>(
            "rabbitmq_global_messages_delivered_consume_auto_ack_total",
            "Messages delivered to consumers that do not acknowledge.")
        public static let fetched = Counter<QueueTypeLabels>(
            "rabbitmq_global_messages_delivered_get_manual_ack_total", "Messages fetched one by one and to be acknowledged.")
        public static let fetchedNothing = Counter<QueueTypeLabels>(
            "rabbitmq_global_messages_get_empty_total", "Fetches that found no message.")
        public static let redelivered = Counter<QueueTypeLabels>(
            "rabbitmq_global_messages_redelivered_total", "Messages delivered once more.")
        public static let acknowledged = Counter<QueueTypeLabels>(
            "rabbitmq_global_messages_acknowledged_total", "Messages that consumers acknowledged.")
        public static let deadLetteredRejected = Counter<DeadLetterLabels>(
            "rabbitmq_global_messages_dead_lettered_rejected_total", "Messages dead-lettered because a consumer rejected them.")
        public static let deadLetteredExpired = Counter<DeadLetterLabels>(
            "rabbitmq_global_messages_dead_lettered_expired_total", "Messages dead-lettered because they expired.")
        public static let deadLetteredOverflow = Counter<DeadLetterLabels>(
            "rabbitmq_global_messages_dead_lettered_maxlen_total", "Messages dead-lettered because the queue was full.")
        public static let publishers = Gauge<ProtocolLabels>("rabbitmq_global_publishers", "Publishers.")
        public static let consumers = Gauge<ProtocolLabels>("rabbitmq_global_consumers", "Consumers.")

        static let families = [
            received.family, receivedToConfirm.family, confirmed.family, routed.family, unroutableDropped.family,
            unroutableReturned.family, delivered.family, deliveredToAcknowledge.family, deliveredUnacknowledged.family,
            fetched.family, fetchedNothing.family, redelivered.family, acknowledged.family, deadLetteredRejected.family,
            deadLetteredExpired.family, deadLetteredOverflow.family, publishers.family, consumers.family,
        ]
    }

    public struct QueueTypeLabels: LabelSet {
        public enum Key: String, LabelKey {
            case protocolName = "protocol"
            case queueType = "queue_type"
        }
        public let protocolName: String
        /// `rabbit_classic_queue`, `rabbit_quorum_queue` or `rabbit_stream_queue`.
        public let queueType: String
        public init(protocolName: String, queueType: String) {
            self.protocolName = protocolName
            self.queueType = queueType
        }
        public subscript(key: Key) -> String {
            switch key {
            case .protocolName: protocolName
            case .queueType: queueType
            }
        }
    }

    public struct DeadLetterLabels: LabelSet {
        public enum Key: String, LabelKey {
            case queueType = "queue_type"
            case strategy = "dead_letter_strategy"
        }
        public let queueType: String
        /// `disabled`, `at_most_once` or `at_least_once`.
        public let strategy: String
        public init(queueType: String, strategy: String) {
            self.queueType = queueType
            self.strategy = strategy
        }
        public subscript(key: Key) -> String {
            switch key {
            case .queueType: queueType
            case .strategy: strategy
            }
        }
    }
}
