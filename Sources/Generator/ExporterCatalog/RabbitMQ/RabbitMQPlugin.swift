public import ApusMetrics

/// RabbitMQ, as its own plugin `rabbitmq_prometheus` serves it.
///
/// Counts are those of one node; sum over the nodes of a cluster.
public enum RabbitMQPlugin {
    /// The exporter's name, the version that its families were read from, and these.
    public static let exporter = Exporter(
        name: "rabbitmq_prometheus", version: "3.10.8",
        subsystems: [
            ("Node", Node.families),
            ("Connections and channels", Connections.families),
            ("Queues together", Queues.families),
            ("Messages", Messages.families),
            ("Queues one by one", QueueDetails.families),
            ("Channels one by one", ChannelDetails.families),
        ])

    /// The scrape job of all its targets, and so the label `job` of what they serve.
    public static let job = "rabbitmq"

    /// Every family of the exporter.
    public static var families: [MetricFamily] { exporter.families }
}

extension RabbitMQPlugin {
    /// All queues of the node together; the path `/metrics`.
    ///
    /// A family has no sample while the node has no queue.
    public enum Queues {
        public static let ready = Gauge<NoLabels>("rabbitmq_queue_messages_ready", "Messages that wait for a consumer.")
        public static let unacknowledged = Gauge<NoLabels>(
            "rabbitmq_queue_messages_unacked", "Messages that a consumer has and has not acknowledged.")
        public static let messages = Gauge<NoLabels>("rabbitmq_queue_messages", "All messages in queues.")
        public static let bytes = Gauge<NoLabels>("rabbitmq_queue_messages_bytes", "Size of all messages in queues.")
        public static let inMemory = Gauge<NoLabels>("rabbitmq_queue_messages_ram", "Messages that are in memory.")
        public static let persistent = Gauge<NoLabels>(
            "rabbitmq_queue_messages_persistent", "Messages that are to outlive a restart.")
        public static let consumers = Gauge<NoLabels>("rabbitmq_queue_consumers", "Consumers of queues.")
        public static let memory = Gauge<NoLabels>("rabbitmq_queue_process_memory_bytes", "Memory of the queues' processes.")
        public static let published = Counter<NoLabels>(
            "rabbitmq_queue_messages_published_total", "Messages published to queues.")

        static let families = [
            ready.family, unacknowledged.family, messages.family, bytes.family, inMemory.family, persistent.family,
            consumers.family, memory.family, published.family,
        ]
    }
}
