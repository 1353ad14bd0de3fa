import AsyncHTTPClient
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
    /// How much of an answer's body is read, in bytes, to use the connection again; a longer one costs the connection.
    private static let longestAnswer = 64 * 1024

    private let client: HTTPClient
    private let timeout: Duration

    /// - Parameters:
    ///   - timeout: of a whole attempt, from the connecting to the end of the answer.
    ///   - maximumConnections: to one receiver.
    init(timeout: Duration, maximumConnections: Int) {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = maximumConnections
        // The notification's own schedule brings the next attempt: a refused connection is told at once.
        configuration.connectionPool.retryConnectionEstablishment = false
        // Servers close idle connections after five seconds and more; a request on one that is being closed fails.
        configuration.connectionPool.idleTimeout = .seconds(4)
        configuration.timeout.connect = TimeAmount(timeout)
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.timeout = timeout
    }

    func shutDown() async { try? await client.shutdown() }

    func send(_ notification: NewNotification) async -> AttemptResult {
        guard let url = notification.webhookURL, Self.isWeb(url) else {
            return .failed(DeliveryFailure(.permanent, "the notification has no webhook URL with http or https"))
        }
        let start = ContinuousClock.now
        do {
            let request = try request(notification, url: url)
            let response = try await client.execute(request, timeout: TimeAmount(timeout))
            // The status decides: what follows it changes nothing about what the receiver has done.
            await discard(response.body, within: timeout - start.duration(to: .now))
            let failure = DeliveryFailure(
                status: Int(response.status.code), phrase: response.status.reasonPhrase,
                retryAfter: response.headers.first(name: "retry-after"), now: .realtime())
            return failure.map { .failed($0) } ?? .delivered
        } catch {
            if Task.isCancelled { return .interrupted }
            return .failed(DeliveryFailure(error: error, timeout: timeout))
        }
    }

    /// Whether a URL is one of the web: the client knows Unix sockets as well, which no notification may reach.
    private static func isWeb(_ url: String) -> Bool {
        let scheme = url.prefix { $0 != ":" }.lowercased()
        return scheme == "http" || scheme == "https"
    }

    private func request(_ notification: NewNotification, url: String) throws -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers = [
            "content-type": "application/json", "user-agent": "apus",
            "webhook-id": notification.id.description, "webhook-timestamp": "\(Instant.realtime().milliseconds / 1000)",
        ]
        request.body = .bytes(try WebhookPayload(notification).encoded())
        return request
    }

    /// Reads an answer to its end, as long and as much as that is worth it; the client's own deadline ends with the head.
    private func discard(_ body: HTTPClientResponse.Body, within time: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                var count = 0
                do {
                    for try await part in body {
                        count += part.readableBytes
                        if count > Self.longestAnswer { break }
                    }
                } catch {
                    // The connection is gone, or the time is up: the status was read all the same.
                }
            }
            group.addTask { try? await Task.sleep(for: max(time, .zero)) }
            await group.next()
            group.cancelAll()
        }
    }
}
