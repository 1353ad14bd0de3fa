public import ApusMetrics

/// The life of notifications, from the API to the receiver.
public enum Notifications: MetricSubsystem {
    public static let enqueued = Counter<ChannelLabels>(
        "notifications_enqueued_total", "Notifications that the store accepted, by channel.")
    public static let claimed = Counter<NoLabels>("notifications_claimed_total", "Leases taken on notifications.")
    public static let delivered = Counter<ChannelLabels>(
        "notifications_delivered_total", "Notifications delivered and recorded as such, by channel.")
    public static let failures = Counter<DeliveryFailureLabels>(
        "notification_delivery_failures_total", "Attempts to deliver that failed, by channel and class of the failure.")
    public static let dead = Counter<ChannelLabels>(
        "notifications_dead_total", "Notifications given up, by channel.")
    public static let released = Counter<NoLabels>(
        "notification_leases_released_total", "Leases given back without an attempt.")
    public static let lostLeases = Counter<NoLabels>(
        "notification_leases_lost_total", "Outcomes refused because the lease had passed to another worker.")
    public static let reclaimed = Counter<NoLabels>(
        "notification_leases_reclaimed_total", "Expired leases of other workers that were taken back into the queue.")
    public static let attemptDuration = Histogram<ChannelLabels>(
        "notification_delivery_duration_seconds", "Time of one attempt to deliver, by channel.")
    public static let pickupDelay = Histogram<NoLabels>(
        "notification_pickup_delay_seconds", "Time from the moment a notification was due to its lease.",
        buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300])

    public static let title = "Notifications"
    public static let origin = MetricOrigin.service
    public static let families = [
        enqueued.family, claimed.family, delivered.family, failures.family, dead.family, released.family, lostLeases.family,
        reclaimed.family, attemptDuration.family, pickupDelay.family,
    ]
}

/// How a notification reaches its receiver.
public enum DeliveryChannel: String, CaseIterable, Sendable { case webhook, log }

public struct ChannelLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case channel }
    public static var allCases: [Self] { DeliveryChannel.allCases.map { Self(channel: $0) } }
    public let channel: DeliveryChannel
    public init(channel: DeliveryChannel) { self.channel = channel }
    public subscript(key: Key) -> String { channel.rawValue }
}

/// What a failed attempt means for the next one.
public enum FailureClass: String, CaseIterable, Sendable {
    /// Will never succeed: no more attempts.
    case permanent
    /// May succeed later: the retry schedule.
    case transient
    /// The receiver asked for patience.
    case throttled
}

public struct DeliveryFailureLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case channel, reason }
    public static var allCases: [Self] {
        DeliveryChannel.allCases.flatMap { channel in FailureClass.allCases.map { Self(channel: channel, reason: $0) } }
    }
    public let channel: DeliveryChannel
    public let reason: FailureClass
    public init(channel: DeliveryChannel, reason: FailureClass) {
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
