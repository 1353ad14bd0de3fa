import Logging
import NotificationStore

/// Delivers notifications, each over its channel.
struct Deliverer: Sendable {
    private let webhooks: WebhookSender
    private let log: LogSender

    init(configuration: WorkerConfiguration, logger: Logger) {
        webhooks = WebhookSender(timeout: configuration.attemptLimit, maximumConnections: configuration.concurrency)
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
    /// The attempt was cut off because the worker stops; whether the receiver got it is not known.
    case interrupted
}
