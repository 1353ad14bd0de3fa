import ApusHTTP
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// The HTTP server that notifications are delivered to while a load test runs.
///
/// It counts what arrives by the header `webhook-id`, which Standard Webhooks keeps the same over the retries of a message
/// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
final class WebhookReceiver: Service {
    private let host: String
    private let port: Int
    private let latency: Duration
    private let run: String
    private let ledger: LoadLedger
    private let logger: Logger
    private let bound: AsyncThrowingStream<Int, any Error>
    private let boundContinuation: AsyncThrowingStream<Int, any Error>.Continuation

    /// Makes a receiver that does not listen yet.
    ///
    /// - Parameters:
    ///   - host: the address to listen on.
    ///   - port: 0 takes a free one.
    ///   - latency: how long an answer takes; the arrival counts at its beginning.
    ///   - run: a name for this test. What earlier tests left behind still names them, and is told that they are gone.
    init(host: String, port: Int, latency: Duration, run: String, ledger: LoadLedger, logger: Logger) {
        self.host = host
        self.port = port
        self.latency = latency
        self.run = run
        self.ledger = ledger
        self.logger = logger
        (bound, boundContinuation) = AsyncThrowingStream.makeStream()
    }

    /// The URL that notifications are to be sent to; waits until the server listens.
    ///
    /// - Throws: ``ReceiverError`` when it cannot, `CancellationError` when it was stopped before.
    var url: String {
        get async throws {
            for try await port in bound { return "http://\(host.contains(":") ? "[\(host)]" : host):\(port)/webhooks/\(run)" }
            throw CancellationError()
        }
    }

    func run() async throws {
        let continuation = boundContinuation
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { channel in
                if let port = channel.localAddress?.port { continuation.yield(port) }
            }, logger: logger)
        do {
            try await application.run()
            continuation.finish()
        } catch {
            let reason = told(error)
            // Whoever waits for the URL has the reason too, as either may be the first to end the test.
            continuation.finish(throwing: reason)
            throw reason
        }
    }

    private func told(_ error: any Error) -> any Error {
        switch error {
        case is IOError, is SocketAddressError.UnknownHost:
            ReceiverError.cannotListen(host: host, port: port, reason: NetworkErrorText.listening(error))
        default: error
        }
    }

    private var router: Router<BasicRequestContext> {
        let router = Router()
        router.post("webhooks/:run") { [run, ledger, latency] request, context -> HTTPResponse.Status in
            for try await _ in request.body {}
            guard context.parameters.get("run") == run else { return .gone }
            guard let name = HTTPField.Name("webhook-id"), let id = request.headers[name], !id.isEmpty else {
                return .badRequest
            }
            ledger.arrive(id: id)
            if latency > .zero { try await Task.sleep(for: latency) }
            return .noContent
        }
        return router
    }
}

/// Why a receiver cannot do its work.
package enum ReceiverError: Error, Hashable, CustomStringConvertible {
    case cannotListen(host: String, port: Int, reason: String)

    package var description: String {
        switch self {
        case .cannotListen(let host, let port, let reason):
            "the webhook receiver cannot listen on \(host):\(port): \(reason); choose another address, or port 0 for a free one"
        }
    }
}
