import Logging
import NotificationStore

/// Delivers notifications, each over its channel.
struct Deliverer: Sendable {
    private let webhooks: WebhookSender
    private let log: LogSender

    init(webhooks: WebhookSender, logger: Logger) {
        self.webhooks = webhooks
        log = LogSender(logger: logger)
    }

    /// Makes one attempt; whatever goes wrong is in the result.
    func deliver(_ notification: NewNotification) async -> AttemptResult {
        switch notification.channel {
        case .webhook: return await webhooks.send(notification)
        case .log:
            log.send(notification)
            return .delivered
        }
    }

    /// Closes the connections to receivers.
    func shutDown() async { await webhooks.shutDown() }
}

/// How an attempt to deliver ended.
package enum AttemptResult: Hashable, Sendable {
    case delivered
    case failed(DeliveryFailure)
    /// The receiver's name cannot be looked up as yet, which is no fault of the receiver and no attempt.
    case unresolved(LookupError)
    /// The attempt was cut off because the worker stops; whether the receiver got it is not known.
    case interrupted
}
