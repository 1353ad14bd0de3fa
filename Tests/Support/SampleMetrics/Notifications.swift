public import ApusMetrics

/// The metrics of a service that sends notifications, as a user of the library declares them for a service of their own.
///
/// Tests of the floors below the notification platform use them, and not the platform's.
public enum Notifications {
    public static let claimed = Counter<NoLabels>("notifications_claimed_total", "Leases taken on notifications.")
    public static let delivered = Counter<ChannelLabels>(
        "notifications_delivered_total", "Notifications delivered and recorded as such, by channel.")
    public static let failures = Counter<DeliveryFailureLabels>(
        "notification_delivery_failures_total", "Attempts to deliver that failed, by channel and class of the failure.")
    public static let attemptDuration = Histogram<ChannelLabels>(
        "notification_delivery_duration_seconds", "Time of one attempt to deliver, by channel.")
    public static let pickupDelay = Histogram<NoLabels>(
        "notification_pickup_delay_seconds", "Time from the moment a notification was due to its lease.",
        buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300])
}

public enum Channel: String, CaseIterable, Sendable { case webhook, log }

public struct ChannelLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case channel }
    public static var allCases: [Self] { Channel.allCases.map { Self(channel: $0) } }
    public let channel: Channel
    public init(channel: Channel) { self.channel = channel }
    public subscript(key: Key) -> String { channel.rawValue }
}

public enum FailureClass: String, CaseIterable, Sendable { case permanent, transient, throttled }

public struct DeliveryFailureLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case channel, reason }
    public static var allCases: [Self] {
        Channel.allCases.flatMap { channel in FailureClass.allCases.map { Self(channel: channel, reason: $0) } }
    }
    public let channel: Channel
    public let reason: FailureClass
    public init(channel: Channel, reason: FailureClass) {
        self.channel = channel
        self.reason = reason
    }
    public subscript(key: Key) -> String {
        switch key {
        case .channel: channel.rawValue
        case .reason: reason.rawValue
        }
    }
}
