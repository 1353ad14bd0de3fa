public import ApusMetrics

extension RabbitMQPlugin {
    /// The metrics of each queue, on a page that a scrape job of its own asks for: the broker's usual metrics are sums over all queues
    /// (https://www.rabbitmq.com/docs/prometheus#detailed-endpoint).
    public enum QueueDetails {
        /// The scrape job of the page, beside ``RabbitMQPlugin/job``.
        public static let job = "rabbitmq-detailed"
        /// The page, with what of it is declared here.
        public static let page = DetailedPage(groups: ["queue_coarse_metrics", "queue_consumer_count", "queue_metrics"])

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

        static let families = [
            ready.family, unacknowledged.family, messages.family, bytes.family, inMemory.family, persistent.family,
            pagedOut.family, oldest.family, consumers.family, consumerCapacity.family, memory.family, reductions.family,
            diskReads.family, diskWrites.family,
        ]
    }

    /// The metrics of each channel and queue, which no scrape job of a fleet asks for: each connection makes new series.
    public enum ChannelDetails {
        /// The page, with what of it is declared here.
        public static let page = DetailedPage(groups: ["channel_queue_metrics"])

        public static let deliveredToAcknowledge = Counter<ChannelQueueLabels>(
            "rabbitmq_detailed_channel_messages_delivered_ack_total", "Messages delivered to consumers that acknowledge.")
        public static let delivered = Counter<ChannelQueueLabels>(
            "rabbitmq_detailed_channel_messages_delivered_total", "Messages delivered to consumers that do not acknowledge.")
        public static let redelivered = Counter<ChannelQueueLabels>(
            "rabbitmq_detailed_channel_messages_redelivered_total", "Messages delivered once more.")
        public static let acknowledged = Counter<ChannelQueueLabels>(
            "rabbitmq_detailed_channel_messages_acked_total", "Messages that consumers acknowledged.")

        static let families = [
            deliveredToAcknowledge.family, delivered.family, redelivered.family, acknowledged.family,
        ]
    }

    /// A page of metrics one by one, which answers with the groups of metrics that it is asked for, and with nothing else.
    public struct DetailedPage: Sendable {
        /// The names of the groups, as the plugin has them.
        public let groups: [String]

        /// The path of every such page.
        public static let path = "/metrics/detailed"
        /// The parameter of the query that names a group; it is given once for each.
        public static let parameter = "family"

        /// The path with its query: what to ask a server for.
        public var target: String { "\(Self.path)?" + groups.map { "\(Self.parameter)=\($0)" }.joined(separator: "&") }
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
