import ApusReporting
import CoreMetrics
import NotificationMetrics
import NotificationStore

/// Counts the notifications that the store took.
struct EnqueueMetrics: Sendable {
    private let webhook: CoreMetrics.Counter
    private let log: CoreMetrics.Counter

    init(factory: any MetricsFactory) {
        webhook = Notifications.enqueued.handle(ChannelLabels(channel: .webhook), factory: factory)
        log = Notifications.enqueued.handle(ChannelLabels(channel: .log), factory: factory)
    }

    func stored(_ notifications: [NewNotification]) {
        let webhooks = notifications.count { $0.channel == .webhook }
        if webhooks > 0 { webhook.increment(by: webhooks) }
        if webhooks < notifications.count { log.increment(by: notifications.count - webhooks) }
    }
}
