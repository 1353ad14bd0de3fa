import ApusMetrics

/// What a service records that sends notifications; declared here, as a user declares the metrics of a service of their own.
enum Notifications {
    static let queueDepth = Gauge<StateLabels>("notification_queue_depth", "Notifications waiting in the store, by state.")
    static let delivered = Counter<ChannelLabels>("notifications_delivered_total", "Notifications delivered, by channel.")
    static let attemptDuration = Histogram<ChannelLabels>(
        "notification_delivery_duration_seconds", "Time of one attempt to deliver, by channel.")
}

struct StateLabels: LabelSet {
    enum Key: String, LabelKey { case state }
    let state: String
    subscript(key: Key) -> String { state }
}

struct ChannelLabels: LabelSet {
    enum Key: String, LabelKey { case channel }
    let channel: String
    subscript(key: Key) -> String { channel }
}
