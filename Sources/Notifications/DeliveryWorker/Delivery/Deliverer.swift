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
    ///
    /// - Parameter locate: is told the first address that is tried, with its port.
    func deliver(_ notification: NewNotification, locate: (String) -> Void) async -> AttemptResult {
        switch notification.channel {
        case .webhook: return await webhooks.send(notification, locate: locate)
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
    /// No request went out, for a reason that is none of the receiver's: no attempt. It may be held against the destination, as when its
    /// name server does not answer.
    case deferred(DeferralReason, String, isUnreachable: Bool)
    /// The attempt was cut off because the worker stops; whether the receiver got it is not known.
    case interrupted
}
