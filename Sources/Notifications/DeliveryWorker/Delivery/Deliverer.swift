import Logging
package import NotificationMetrics
import NotificationStore

/// Delivers notifications, each over its channel.
struct Deliverer: Sendable {
    private let webhooks: WebhookSender
    private let log: LogSender

    init(webhooks: WebhookSender, logger: Logger, losses: LineLosses) {
        self.webhooks = webhooks
        log = LogSender(logger: logger, losses: losses)
    }

    /// Makes one attempt; whatever goes wrong is in the result.
    func deliver(_ notification: NewNotification) async -> AttemptResult {
        switch notification.channel {
        case .webhook: return await webhooks.send(notification)
        case .log: return await log.send(notification)
        }
    }

    /// Closes the connections to receivers.
    func shutDown() async { await webhooks.shutDown() }
}

/// How an attempt to deliver ended.
package enum AttemptResult: Hashable, Sendable {
    case delivered
    case failed(DeliveryFailure)
    /// No request went out, for a reason that is none of the receiver's: no attempt.
    case deferred(DeferralReason, String)
    /// The attempt was cut off because the worker stops; whether the receiver got it is not known.
    case interrupted
}
