public import ApusMetrics

extension RabbitMQPlugin {
    /// The metrics of each queue, on the path ``path`` of a scrape job of its own.
    public enum QueueDetails {
        /// What to scrape for them: without its query the answer has none of them.
        public static let path =
            "/metrics/detailed?family=queue_coarse_metrics&family=queue_consumer_count&family=queue_metrics"
            + "&family=channel_queue_metrics"

        public static let ready = Gauge<QueueLabels>(
            "rabbitmq_detailed_queue_messages_ready", "Messages that wait for a consumer.")
        public static let unacknowledged = Gauge<QueueLabels>(
            "rabbitmq_detailed_queue_messages_unacked", "Messages that a consumer has and has not acknowledged.")
        public static let messages = Gauge<QueueLabels>("rabbitmq_detailed_queue_messages", "All messages in the queue.")
        public static let bytes = Gauge<QueueLabels>(
            "rabbitmq_detailed_queue_messages_bytes", "Size of all messages in the queue.")
        public static let inMemory = Gauge<QueueLabels>("rabbitmq_detailed_queue_messages_ram", "Messages that are in memory.")
        public static let persistent = Gauge<QueueLabels>(
            "rabbitmq_detailed_queue_messages_persistent", "Messages that are to outlive a restart.")
        public static let pagedOut = Gauge<QueueLabels>(
            "rabbitmq_detailed_queue_messages_paged_out", "Messages that were paged out.")
        public static let oldest = Gauge<QueueLabels>(
            "rabbitmq_detailed_queue_head_message_timestamp",
            "Timestamp of the first message, in seconds since the Unix epoch; not a number without one.")
        public static let consumers = Gauge<QueueLabels>("rabbitmq_detailed_queue_consumers", "Consumers.")
        public static let consumerCapacity = Gauge<QueueLabels>(
            "rabbitmq_detailed_queue_consumer_capacity",
            "Share of the time in which the queue could deliver at once, from 0 to 1.")
        public static let memory = Gauge<QueueLabels>(
            "rabbitmq_detailed_queue_process_memory_bytes", "Memory of the queue's process.")
        public static let reductions = Counter<QueueLabels>(
            "rabbitmq_detailed_queue_process_reductions_total", "Work of the queue's process, in steps of Erlang.")
        public static let diskReads = Counter<QueueLabels>(
            "rabbitmq_detailed_queue_disk_reads_total", "Messages read from disk.")
        public static let diskWrites = Counter<QueueLabels>(
            "rabbitmq_detailed_queue_disk_writes_total", "Messages written to disk.")
        public static let deliveredToAcknowledge = Counter<ChannelQueueLabels>(
            "rabbitmq_detailed_channel_messages_delivered_ack_total", "Messages delivered to consumers that acknowledge.")
        public static let delivered = Counter<ChannelQueueLabels>(
            "rabbitmq_detailed_channel_messages_delivered_total", "Messages delivered to consumers that do not acknowledge.")
        public static let redelivered = Counter<ChannelQueueLabels>(
            "rabbitmq_detailed_channel_messages_redelivered_total", "Messages delivered once more.")
        public static let acknowledged = Counter<ChannelQueueLabels>(
            "rabbitmq_detailed_channel_messages_acked_total", "Messages that consumers acknowledged.")

        static let families = [
            ready.family, unacknowledged.family, messages.family, bytes.family, inMemory.family, persistent.family,
            pagedOut.family, oldest.family, consumers.family, consumerCapacity.family, memory.family, reductions.family,
            diskReads.family, diskWrites.family, deliveredToAcknowledge.family, delivered.family, redelivered.family,
            acknowledged.family,
        ]
    }

    public struct QueueLabels: LabelSet {
        public enum Key: String, LabelKey {
            case virtualHost = "vhost"
            case queue
        }
        public let virtualHost: String
        public let queue: String
        public init(virtualHost: String, queue: String) {
            self.virtualHost = virtualHost
            self.queue = queue
        }
        public subscript(key: Key) -> String {
            switch key {
            case .virtualHost: virtualHost
            case .queue: queue
            }
        }
    }

    /// The channel is an Erlang process, whose name never comes again: sum over it.
    public struct ChannelQueueLabels: LabelSet {
        public enum Key: String, LabelKey {
            case channel
            case virtualHost = "vhost"
            case queue
        }
        public let channel: String
        public let virtualHost: String
        public let queue: String
        public init(channel: String, virtualHost: String, queue: String) {
            self.channel = channel
            self.virtualHost = virtualHost
            self.queue = queue
        }
        public subscript(key: Key) -> String {
            switch key {
            case .channel: channel
            case .virtualHost: virtualHost
            case .queue: queue
            }
        }
    }
}
