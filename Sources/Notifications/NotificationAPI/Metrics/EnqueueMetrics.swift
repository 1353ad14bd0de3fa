import ApusReporting
import CoreMetrics
import NotificationMetrics
import NotificationStore

/// Counts the notifications that the store took, and those that it refused.
struct EnqueueMetrics: Sendable {
    private let webhook: CoreMetrics.Counter
    private let log: CoreMetrics.Counter
    private let refusals: [RefusedBudget: CoreMetrics.Counter]

    init(factory: any MetricsFactory) {
        webhook = Notifications.enqueued.handle(ChannelLabels(channel: .webhook), factory: factory)
        log = Notifications.enqueued.handle(ChannelLabels(channel: .log), factory: factory)
        refusals = Dictionary(
            uniqueKeysWithValues: RefusedBudget.allCases.map {
                ($0, Notifications.refused.handle(BudgetLabels(budget: $0), factory: factory))
            })
    }

    func refused(_ notifications: [NewNotification], for owner: EnqueueRefusal.Owner) {
        let budget: RefusedBudget =
            switch owner {
            case .user: .user
            case .queue: .queue
            case .disk: .disk
            }
        refusals[budget]?.increment(by: notifications.count)
    }

    func stored(_ notifications: [NewNotification]) {
        let webhooks = notifications.count { $0.channel == .webhook }
        if webhooks > 0 { webhook.increment(by: webhooks) }
        if webhooks < notifications.count { log.increment(by: notifications.count - webhooks) }
    }
}
