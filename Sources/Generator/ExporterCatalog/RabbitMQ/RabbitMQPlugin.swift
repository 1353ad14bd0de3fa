public import ApusMetrics

/// RabbitMQ, as its own plugin `rabbitmq_prometheus` serves it.
///
/// Counts are those of one node; sum over the nodes of a cluster.
public enum RabbitMQPlugin {
    /// What it is called, the version that this was read from, and its families.
    public static let exporter = Exporter(
        name: "rabbitmq_prometheus", version: "3.10.8",
        subsystems: [
            ("Node", Node.families),
            ("Connections and channels", Connections.families),
            ("Queues together", Queues.families),
            ("Messages", Messages.families),
            ("Queues one by one", QueueDetails.families),
        ])

    /// All its families.
    public static var families: [MetricFamily] { exporter.families }
}
