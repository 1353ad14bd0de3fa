import CoreMetrics
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NotificationMetrics
import NotificationStore

/// Delivers a notification as an HTTP POST to its own URL, with the headers of Standard Webhooks 1.0
/// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
///
/// `webhook-id` is the notification's id, constant over all attempts: the receiver's idempotency key. `webhook-timestamp` is the moment
/// of the attempt in Unix seconds. There is no `webhook-signature`: endpoints have no secrets yet.
struct WebhookSender: Sendable {
    private let client: ReceiverClient
    private let resolver: NameResolver
    private let timeout: Duration
    private let metrics: ReceiverMetrics

    /// - Parameter timeout: of a whole attempt, from the connecting to the head of the answer.
    init(client: ReceiverClient, resolver: NameResolver, timeout: Duration, metrics: ReceiverMetrics) {
        self.client = client
        self.resolver = resolver
        self.timeout = timeout
        self.metrics = metrics
    }

    func shutDown() async { await client.close() }

    func send(_ notification: NewNotification, locate: (String) -> Void) async -> AttemptResult {
        guard let url = notification.webhookURL.flatMap(URL.init(string:)), let destination = Destination(url: url) else {
            return .failed(DeliveryFailure(.permanent, "the notification has no webhook URL with http or https"))
        }
        do {
            let addresses = try await resolver.addresses(of: destination.host, port: destination.port)
            // Name servers give several in any order: always the same one.
            if let first = addresses.compactMap(\.ipAddress).min() { locate("\(first) \(destination.port)") }
            let body = try WebhookPayload(notification).encoded()
            let answer = try await client.send(
                head(notification, url: url, destination, length: body.readableBytes), body: body, to: destination,
                at: addresses, within: timeout)
            if answer.wasRepeated { metrics.repeatedRequests.increment() }
            let failure = DeliveryFailure(
                status: Int(answer.head.status.code), phrase: answer.head.status.reasonPhrase,
                retryAfter: answer.head.headers.first(name: "retry-after"), now: .realtime())
            return failure.map { .failed($0) } ?? .delivered
        } catch {
            return failed(error, destination)
        }
    }

    private func failed(_ error: any Error, _ destination: Destination) -> AttemptResult {
        switch error {
        case is CancellationError: return .interrupted
        case LookupError.unknown: return .failed(DeliveryFailure(.transient, "\(error)", isUnreachable: true))
        // A name that was not looked up says nothing of its destination.
        case LookupError.busy: return .deferred(.name, "\(error)", isUnreachable: false)
        case let error as LookupError: return .deferred(.name, "\(error)", isUnreachable: true)
        case ExchangeError.ownFault(let reason): return .deferred(.worker, reason, isUnreachable: false)
        case let error as ExchangeError:
            if error.isRefusal { metrics.refusedAnswers.increment() }
            switch error {
            case .noConnection, .timeout(_, isConnected: false): resolver.expire(destination.host)
            default: break
            }
            return .failed(DeliveryFailure(error: error))
        default: return .failed(DeliveryFailure(.transient, ExchangeError.text(error)))
        }
    }

    private func head(
        _ notification: NewNotification, url: URL, _ destination: Destination, length: Int
    ) -> HTTPRequestHead {
        var path = url.path(percentEncoded: true)
        if path.isEmpty { path = "/" }
        if let query = url.query(percentEncoded: true) { path += "?" + query }
        let headers: HTTPHeaders = [
            // A length, and no chunks, which not every receiver reads.
            "host": destination.hostHeader, "content-type": "application/json", "content-length": "\(length)",
            "user-agent": "apus",
            "webhook-id": notification.id.description, "webhook-timestamp": "\(Instant.realtime().milliseconds / 1000)",
        ]
        return HTTPRequestHead(version: .http1_1, method: .POST, uri: path, headers: headers)
    }
}
